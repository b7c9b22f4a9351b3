using System.Numerics;

namespace CacheRing.Ring;

/// <summary>
/// A ring of points (ketama: Richard Jones, last.fm, 2007): a key belongs to the member of the first point at or after
/// its hash (in one flavour after it), past the last point to that of the first. Points of the 32-bit flavours lie in the high half of 64 bits, so
/// that one ring serves all.
/// </summary>
internal sealed class KetamaRing : HashRing
{
    private readonly ulong[] _points;
    private readonly ushort[] _memberOfPoint;

    // _firstPoint[b] is the first point whose top bits are >= b: with two buckets a point, a lookup looks at one or two
    // points where a binary search of 10,000 would look at fourteen.
    private readonly int[] _firstPoint;
    private readonly int _bucketShift;
    private readonly KeyHash _keyHash;
    private readonly bool _is32Bits;

    // Points of 32 bits leave the low half free: a 1 there stands behind the point of the same hash and before the next.
    private readonly ulong _behindPoint;

    public KetamaRing(IReadOnlyList<RingMember> members, KetamaRules rules, RingKeys keys)
        : base(members, keys)
    {
        _keyHash = rules.KeyHash;
        _is32Bits = KeyHasher.Is32Bits(rules.KeyHash);
        _behindPoint = rules.AfterHash ? 1UL : 0;
        (_points, _memberOfPoint) = KetamaPoints.Place(members, rules);
        (_firstPoint, _bucketShift) = Index(_points);
        Fingerprint = RingFingerprint.OfKetama(members, rules, keys, _points, _memberOfPoint);
    }

    public int PointCount => _points.Length;

    public override int Locate(ReadOnlySpan<byte> key, out ulong hash)
    {
        hash = KeyHasher.Of(_keyHash, Hashed(key));
        return Locate(hash);
    }

    public override int Locate(ulong hash) => _memberOfPoint[PointAt(Position(hash))];

    public override int Locate(ulong hash, Span<int> owners)
    {
        int wanted = Math.Min(owners.Length, LiveCount);
        int found = 0;
        int point = PointAt(Position(hash));
        for (int seen = 0; seen < _points.Length && found < wanted; seen++)
        {
            int member = _memberOfPoint[point];
            if (!owners[..found].Contains(member))
                owners[found++] = member;
            point = point + 1 < _points.Length ? point + 1 : 0;
        }

        return found;
    }

    private static (int[] FirstPoint, int Shift) Index(ulong[] points)
    {
        int bits = BitOperations.Log2((uint)points.Length) + 2;
        int shift = 64 - bits;
        int[] first = new int[1 << bits];
        int point = 0;
        for (int bucket = 0; bucket < first.Length; bucket++)
        {
            while (point < points.Length && points[point] >> shift < (ulong)bucket)
                point++;
            first[bucket] = point;
        }

        return (first, shift);
    }

    private ulong Position(ulong hash) => _is32Bits ? (hash << 32) | _behindPoint : hash;

    private int PointAt(ulong position)
    {
        ulong[] points = _points;
        int point = _firstPoint[position >> _bucketShift];
        while ((uint)point < (uint)points.Length && points[point] < position)
            point++;
        return point < points.Length ? point : 0;
    }
}
