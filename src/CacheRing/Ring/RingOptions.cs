namespace CacheRing;

/// <summary>How keys are spread over the nodes. Every process that shares the cache must use the same values.</summary>
public sealed class RingOptions
{
    /// <summary>The algorithm. Default: <see cref="RingAlgorithm.Auto"/>.</summary>
    public RingAlgorithm Algorithm { get; set; }

    /// <summary>The flavour of ketama, when that is the algorithm. Default: <see cref="KetamaFlavor.CacheRing"/>.</summary>
    public KetamaFlavor Ketama { get; set; }

    /// <summary>How a key is hashed. Default: what the algorithm and flavour prescribe.</summary>
    public KeyHash KeyHash { get; set; }

    /// <summary>
    /// Whether only the part of a key between the first <c>{</c> and the next <c>}</c> is hashed, so that keys with the
    /// same tag live on the same node. Default: <see langword="false"/>.
    /// </summary>
    public bool HashTags { get; set; }

    /// <summary>
    /// Whether <see cref="ShardedCacheOptions.InstanceName"/> is hashed with the key. Clients in other languages hash the
    /// whole stored key; turn this on to agree with them. Default: <see langword="false"/>.
    /// </summary>
    public bool HashInstanceName { get; set; }
}
