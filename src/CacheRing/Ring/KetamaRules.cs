using CacheRing.Hashing;

namespace CacheRing.Ring;

/// <summary>
/// What makes one ketama differ from another, as data for the one <see cref="KetamaRing"/>: width of the hash, how many
/// points a member has and where they lie.
/// </summary>
internal abstract class KetamaRules
{
    public static KetamaRules For(KetamaFlavor flavor) => flavor switch
    {
        KetamaFlavor.CacheRing => new CacheRingKetama(),
        KetamaFlavor.Libmemcached => new LibmemcachedKetama(),
        _ => throw new ArgumentOutOfRangeException(nameof(flavor), flavor, "Unknown flavour of ketama."),
    };

    public abstract KetamaFlavor Flavor { get; }

    public abstract KeyHash KeyHash { get; }

    /// <summary>Whether, of members with an equal point, the one listed first wins; else the one whose name sorts first.</summary>
    public abstract bool ListOrderBreaksTies { get; }

    /// <summary>The points of a member, each in the high bits of 64.</summary>
    public abstract IEnumerable<ulong> PointsOf(RingMember member, int liveMembers, int totalWeight);

    /// <summary>
    /// 64 bits: the member's name hashed under the seeds 0, 1, 2...; its points depend on nothing else.
    /// </summary>
    private sealed class CacheRingKetama : KetamaRules
    {
        // The relative standard deviation of the shares falls with the square root of the points: 1,024 give 3.1%.
        private const int PointsPerWeight = 1024;

        public override KetamaFlavor Flavor => KetamaFlavor.CacheRing;

        public override KeyHash KeyHash => KeyHash.XxHash64;

        public override bool ListOrderBreaksTies => false;

        public override IEnumerable<ulong> PointsOf(RingMember member, int liveMembers, int totalWeight)
        {
            byte[] label = RingText.Utf8(member.Name);
            for (int k = 0; k < PointsPerWeight * member.Weight; k++)
                yield return XxHash64.Of(label, seed: (ulong)k);
        }
    }

    /// <summary>
    /// 32 bits: MD5 of "label-k", four points a digest (libmemcached 1.1.4, <c>update_continuum</c> with
    /// KETAMA_WEIGHTED).
    /// </summary>
    private sealed class LibmemcachedKetama : KetamaRules
    {
        private const float PointsPerServer = 160;

        public override KetamaFlavor Flavor => KetamaFlavor.Libmemcached;

        public override KeyHash KeyHash => KeyHash.Md5;

        public override bool ListOrderBreaksTies => true;

        public override IEnumerable<ulong> PointsOf(RingMember member, int liveMembers, int totalWeight)
        {
            uint[] points = new uint[Md5Points.PerDigest];
            int digests = Digests(member.Weight, totalWeight, liveMembers);
            for (int k = 0; k < digests; k++)
            {
                Md5Points.Of(RingText.Utf8($"{member.Label}-{k}"), points);
                foreach (uint point in points)
                    yield return (ulong)point << 32;
            }
        }

        // libmemcached computes in float, and the rounding of each step decides the count for some weights (7 of 25 on
        // five servers, say). The casts force binary32 where the runtime would be free to keep more.
        private static int Digests(int weight, int totalWeight, int liveMembers)
        {
            float share = (float)((float)weight / (float)totalWeight);
            float points = (float)(share * PointsPerServer);
            float digests = (float)((float)(points / Md5Points.PerDigest) * (float)liveMembers);
            return (int)MathF.Floor(digests);
        }
    }
}
