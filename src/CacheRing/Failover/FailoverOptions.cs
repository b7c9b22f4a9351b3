namespace CacheRing;

/// <summary>What happens when a node does not answer.</summary>
public sealed class FailoverOptions
{
    /// <summary>
    /// What a read does when its node does not answer. Default: <see cref="ReadFailureBehavior.Miss"/>. Writes and removes
    /// to such a node are dropped, counted and logged in either case.
    /// </summary>
    public ReadFailureBehavior OnReadFailure { get; set; }

    /// <summary>
    /// How long a node may take to answer one command before the call counts as failed. Default: 250 ms; range: 10 ms to
    /// 1 minute. The check runs on a timer, so that a call may take up to 100 ms more.
    /// </summary>
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long one attempt to connect to a node may take. Default: 500 ms; range: 10 ms to 1 minute. Calls made while a
    /// cache connects for the first time wait for that attempt, up to twice this time.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long to wait between two attempts to connect to a node that is down; for Memcached the longest such time, after
    /// shorter ones. Default: 250 ms; range: 10 ms to 1 minute.
    /// </summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromMilliseconds(250);
}
