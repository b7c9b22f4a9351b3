using CacheRing.Hashing;

namespace CacheRing.Ring;

/// <summary>
/// What makes one ketama differ from another, as data for the one <see cref="KetamaRing"/>: how keys are hashed, how many
/// points a member has, by what text, whose a shared point is, and whether a key that hashes to a point itself is that
/// point's.
/// </summary>
internal sealed record KetamaRules
{
    // The relative standard deviation of the shares falls with the square root of the points: 1,024 give 3.1%.
    private const int PointsPerWeight = 1024;

    private static readonly KeyHash[] Md5Only = [KeyHash.Md5];

    public required KetamaFlavor Flavor { get; init; }

    /// <summary>The hashes of keys to choose from; the first is the flavour's own.</summary>
    public required IReadOnlyList<KeyHash> KeyHashes { get; init; }

    public KeyHash KeyHash { get; private init; }

    public required ServerLabel Label { get; init; }

    public required TieBreak Tie { get; init; }

    /// <summary>A key belongs to the first point after its hash; else to the first at or after it.</summary>
    public bool AfterHash { get; init; }

    /// <summary>The digests of a server by weight, sum of the weights and number of servers; null: points by xxHash64.</summary>
    private Func<int, int, int, int>? Digests { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">The flavour has no value, or does not know the hash.</exception>
    public static KetamaRules For(KetamaFlavor flavor, KeyHash keyHash = KeyHash.Default)
    {
        KetamaRules rules = Of(flavor);
        KeyHash chosen = keyHash == KeyHash.Default ? rules.KeyHashes[0] : keyHash;
        return rules.KeyHashes.Contains(chosen)
            ? rules with { KeyHash = chosen }
            : throw new ArgumentOutOfRangeException(nameof(keyHash), keyHash, $"The flavour {flavor} does not hash keys so.");
    }

    /// <summary>The points of a member, each in the high bits of 64.</summary>
    public IEnumerable<ulong> PointsOf(RingMember member, int liveMembers, int totalWeight) =>
        Digests is null ? OwnPoints(member) : Md5PointsOf(member, Digests(member.Weight, totalWeight, liveMembers));

    private static KetamaRules Of(KetamaFlavor flavor) => flavor switch
    {
        KetamaFlavor.CacheRing => new KetamaRules
        {
            Flavor = flavor,
            KeyHashes = [KeyHash.XxHash64],
            Label = ServerLabel.Name,
            Tie = TieBreak.Name,
        },
        KetamaFlavor.Libmemcached => new KetamaRules
        {
            Flavor = flavor,
            KeyHashes = Md5Only,
            Label = ServerLabel.HostAndUnusualPort,
            Tie = TieBreak.FirstListed,
            Digests = PointGroups.InFloat,
        },
        KetamaFlavor.Twemproxy => new KetamaRules
        {
            Flavor = flavor,
            KeyHashes = [KeyHash.TwemproxyFnv1a64, KeyHash.Md5],
            Label = ServerLabel.NameWithoutUsualPort,
            Tie = TieBreak.ShorterLabel,
            Digests = PointGroups.InFloat,
        },
        KetamaFlavor.Libketama => new KetamaRules
        {
            Flavor = flavor,
            KeyHashes = Md5Only,
            Label = ServerLabel.HostAndPort,
            Tie = TieBreak.FirstListed,
            Digests = PointGroups.InFloatAndDouble,
        },
        KetamaFlavor.Spymemcached => new KetamaRules
        {
            Flavor = flavor,
            KeyHashes = Md5Only,
            Label = ServerLabel.HostAndPort,
            Tie = TieBreak.LastListed,
            Digests = PointGroups.WithoutWeightsForty,
        },
        KetamaFlavor.Uhashring => new KetamaRules
        {
            Flavor = flavor,
            KeyHashes = Md5Only,
            Label = ServerLabel.Name,
            Tie = TieBreak.LastListed,
            AfterHash = true,
            Digests = PointGroups.InIntegers,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(flavor), flavor, "Unknown flavour of ketama."),
    };

    // 64 bits: the member's name hashed under the seeds 0, 1, 2...; its points depend on nothing else.
    private static IEnumerable<ulong> OwnPoints(RingMember member)
    {
        byte[] label = RingText.Utf8(member.Name);
        for (int k = 0; k < PointsPerWeight * member.Weight; k++)
            yield return XxHash64.Of(label, seed: (ulong)k);
    }

    // 32 bits: MD5 of "label-k", four points a digest.
    private static IEnumerable<ulong> Md5PointsOf(RingMember member, int digests)
    {
        uint[] points = new uint[Md5Points.PerDigest];
        for (int k = 0; k < digests; k++)
        {
            Md5Points.Of(RingText.Utf8($"{member.Label}-{k}"), points);
            foreach (uint point in points)
                yield return (ulong)point << 32;
        }
    }
}
