namespace CacheRing.Ring;

/// <summary>Makes the ring that the options ask for.</summary>
internal static class HashRings
{
    public static HashRing Create(RingOptions options, string instanceName, IReadOnlyList<RingMember> members)
    {
        RingKeys keys = new(options.HashTags, options.HashInstanceName ? instanceName : "");
        return AlgorithmOf(options.Algorithm, members.Any(static member => member.Slot is not null)) == RingAlgorithm.Jump
            ? new JumpRing(members, keys)
            : new KetamaRing(members, KetamaRules.For(options.Ketama, options.KeyHash), keys);
    }

    /// <summary>What <see cref="RingAlgorithm.Auto"/> stands for.</summary>
    public static RingAlgorithm AlgorithmOf(RingAlgorithm configured, bool anySlots) =>
        configured != RingAlgorithm.Auto ? configured : anySlots ? RingAlgorithm.Jump : RingAlgorithm.Ketama;
}
