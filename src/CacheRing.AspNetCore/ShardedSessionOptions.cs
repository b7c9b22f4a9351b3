namespace CacheRing;

/// <summary>How an app answers while a session's node does not. Set it with <c>services.Configure&lt;ShardedSessionOptions&gt;(...)</c>.</summary>
public sealed class ShardedSessionOptions
{
    /// <summary>
    /// What the <c>Retry-After</c> header of a 503 says. Default: 2 seconds, as a node is used again within 1.25 s of its return;
    /// range: 1 second to 1 hour. Rounded up to whole seconds.
    /// </summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(2);
}
