namespace CacheRing;

/// <summary>
/// Settings of the local cache (L1): values kept in the process, in front of the nodes. Other processes' changes arrive by
/// messages of the key's node; while they do not arrive, keys of that node are not kept.
/// </summary>
public sealed class LocalCacheOptions
{
    /// <summary>Whether there is a local cache. Default: no.</summary>
    public bool IsEnabled { get; set; }

    /// <summary>How many values it keeps. Default: 10,000; range: 3 to 100,000,000.</summary>
    public int MaxCount { get; set; } = 10_000;

    /// <summary>
    /// How many bytes its values take, as they are stored on a node. Default: 67,108,864 (64 MiB); range: 4,096 and more.
    /// </summary>
    public long MaxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long it keeps a value. Default: 30 seconds; range: 1 ms to 1 day. Keep it short: it bounds what a lost message costs.</summary>
    public TimeSpan Expiration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether to keep values where no messages can arrive (Memcached): another process's change is then seen when
    /// <see cref="Expiration"/> is over, and not before. Default: no, which is an error there.
    /// </summary>
    public bool AllowWithoutInvalidation { get; set; }
}
