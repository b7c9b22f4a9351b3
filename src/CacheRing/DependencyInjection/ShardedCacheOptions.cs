using System.Diagnostics.CodeAnalysis;

namespace CacheRing;

/// <summary>
/// Settings of one sharded cache. Read once, when the cache is made; a change needs a restart.
/// </summary>
public sealed class ShardedCacheOptions
{
    /// <summary>The configuration section that <c>AddShardedCache()</c> binds.</summary>
    public const string SectionName = "ShardedCache";

    /// <summary>
    /// Put before every stored key, so that several apps can share servers. Default: empty. It does not decide on which node
    /// a key lives, unless <see cref="RingOptions.HashInstanceName"/> is on.
    /// </summary>
    public string InstanceName { get; set; } = "";

    /// <summary>The servers. At least one must be active.</summary>
    [SuppressMessage("Usage", "CA2227:Collection properties should be read only", Justification = "Options are assigned as often as they are added to.")]
    public IList<NodeOptions> Nodes { get; set; } = [];

    /// <summary>How keys are spread over the nodes.</summary>
    public RingOptions Ring { get; set; } = new();

    /// <summary>The form in which values are stored. Default: <see cref="EntryFormat.CacheRing"/>.</summary>
    public EntryFormat EntryFormat { get; set; }

    /// <summary>What happens when a node does not answer.</summary>
    public FailoverOptions Failover { get; set; } = new();

    /// <summary>
    /// How long an entry lives that is stored without any expiration. Default: none, it lives until it is removed or
    /// evicted. Greater than zero.
    /// </summary>
    public TimeSpan? DefaultExpiration { get; set; }

    /// <summary>
    /// The longest key, in bytes of UTF-8, without <see cref="InstanceName"/>. Default: 1,024; range: 1 to 65,536. Longer
    /// keys are refused before anything is sent.
    /// </summary>
    public int MaxKeyBytes { get; set; } = 1024;

    /// <summary>
    /// The largest value, in bytes. Default: 33,554,432 (32 MiB); range: 1 to 536,870,000 (Redis's own limit of 512 MiB,
    /// less the header). Larger ones are refused before anything is sent.
    /// </summary>
    public int MaxValueBytes { get; set; } = 32 * 1024 * 1024;
}
