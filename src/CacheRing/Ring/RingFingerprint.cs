using System.Buffers.Binary;
using System.Text;
using CacheRing.Hashing;

namespace CacheRing.Ring;

/// <summary>
/// One number for a whole ring, by which two clients see that they disagree: xxHash64 over a text that names algorithm,
/// flavour, hashing of keys and every live member, sorted by name (a retired one is as if it were not there, but for the slot it
/// may hold at the end of a jump ring); for ketama also over the points and their winners, since
/// equal points are settled by the order of the list in some flavours.
/// </summary>
internal static class RingFingerprint
{
    private const int BytesPerPoint = sizeof(ulong) + sizeof(ushort);

    public static ulong OfJump(IReadOnlyList<RingMember> members, int slots, RingKeys keys)
    {
        StringBuilder text = Head($"jump/1 hash={KeyHash.XxHash64} slots={slots}", keys);
        foreach (int i in LiveByName(members))
            text.Append(FormattableString.Invariant($"{members[i].Slot}:{members[i].Name.Length}:{members[i].Name}\n"));
        return XxHash64.Of(RingText.Utf8(text.ToString()));
    }

    public static ulong OfKetama(
        IReadOnlyList<RingMember> members, KetamaRules rules, RingKeys keys, ulong[] points, ushort[] memberOfPoint)
    {
        StringBuilder text = Head($"ketama/1 flavor={rules.Flavor} hash={rules.KeyHash}", keys);
        ushort[] rank = new ushort[members.Count];
        int next = 0;
        foreach (int i in LiveByName(members))
        {
            rank[i] = (ushort)next++;
            text.Append(FormattableString.Invariant($"{members[i].Weight}:{members[i].Name.Length}:{members[i].Name}\n"));
        }

        byte[] head = RingText.Utf8(text.ToString());
        byte[] bytes = new byte[head.Length + points.Length * BytesPerPoint];
        head.CopyTo(bytes, 0);
        for (int i = 0; i < points.Length; i++)
        {
            Span<byte> place = bytes.AsSpan(head.Length + i * BytesPerPoint);
            BinaryPrimitives.WriteUInt64LittleEndian(place, points[i]);
            BinaryPrimitives.WriteUInt16LittleEndian(place[sizeof(ulong)..], rank[memberOfPoint[i]]);
        }

        return XxHash64.Of(bytes);
    }

    private static StringBuilder Head(FormattableString kind, RingKeys keys) =>
        new(FormattableString.Invariant($"{FormattableString.Invariant(kind)} tags={keys.HashTags} prefix={keys.HashedPrefix.Length}:{keys.HashedPrefix}\n"));

    private static IEnumerable<int> LiveByName(IReadOnlyList<RingMember> members) =>
        Enumerable.Range(0, members.Count).Where(i => !members[i].Retired).OrderBy(i => members[i].Name, StringComparer.Ordinal);
}
