using CacheRing.Ring;
using CsCheck;

namespace CacheRing.UnitTests.Ring;

/// <summary>Random rings and keys for the properties.</summary>
internal static class TopologyGen
{
    public static readonly Gen<ulong[]> Hashes = Gen.ULong.Array[200];

    /// <summary>Jump: 1 to 40 slots with gaps, some retired, at least one live.</summary>
    public static readonly Gen<RingMember[]> Jump =
        from slots in Gen.Int[0, 60].HashSet[1, 40]
        from retired in Gen.Bool.Array[slots.Count]
        select slots.Order().Select((slot, i) => new RingMember($"node-{slot}") { Slot = slot, Retired = retired[i] && i > 0 }).ToArray();

    /// <summary>Ketama: 1 to 12 names with weights, at least one live.</summary>
    public static readonly Gen<RingMember[]> Ketama =
        from names in Gen.Int[0, 200].HashSet[1, 12]
        from weights in Gen.Int[1, 4].Array[names.Count]
        from retired in Gen.Bool.Array[names.Count]
        select names.Select((name, i) => new RingMember($"node-{name}") { Weight = weights[i], Retired = retired[i] && i > 0 }).ToArray();

    public static HashRing JumpRing(RingMember[] members) => new JumpRing(members, RingKeys.Plain);

    public static HashRing KetamaRing(RingMember[] members) =>
        new KetamaRing(members, KetamaRules.For(KetamaFlavor.CacheRing), RingKeys.Plain);

    public static string OwnerName(this HashRing ring, ulong hash) => ring.Members[ring.Locate(hash)].Name;

    public static RingMember[] With(this RingMember[] members, int index, Func<RingMember, RingMember> change) =>
        [.. members.Select((member, i) => i == index ? change(member) : member)];
}
