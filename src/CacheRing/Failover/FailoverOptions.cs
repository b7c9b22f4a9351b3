using CacheRing.Failover;
using Polly;

namespace CacheRing;

/// <summary>What happens when a node does not answer, and when it comes back.</summary>
public sealed class FailoverOptions
{
    /// <summary>Who answers for a node that is out of service. Default: <see cref="FailoverMode.Miss"/>.</summary>
    public FailoverMode Mode { get; set; }

    /// <summary>
    /// What a read does when its node does not answer. Default: <see cref="ReadFailureBehavior.Miss"/>. Writes and removes
    /// to such a node are queued, counted and logged in either case.
    /// </summary>
    public ReadFailureBehavior OnReadFailure { get; set; }

    /// <summary>
    /// How long a call waits for the answer to one command. Default: 5 s; range: 10 ms to 1 minute. A call that waits longer fails; it
    /// says nothing about the node, which may be busy, as this process may be. How soon a node that is dead is noticed is
    /// <see cref="SilenceTimeout"/>. The check runs on a timer, so that a call may take up to 100 ms more.
    /// </summary>
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a node may be silent while calls wait for it, before it is ejected and those calls end. Default: 250 ms; range: 50 ms to
    /// 1 minute. Silent means that no byte comes from it, on a connection on which commands wait that its machine has received. A value
    /// that takes long on a slow line is no silence, and neither is a process of yours that is too busy to read what has come. What stops
    /// a server for longer ejects it: a long script, a fork of a large Redis, a machine that swaps.
    /// </summary>
    public TimeSpan SilenceTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long one attempt to connect to a node may take. Default: 500 ms; range: 10 ms to 1 minute. Calls made while a
    /// cache connects for the first time wait for that attempt, up to twice this time.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The longest time between two attempts to connect to a node that is down; the first attempts come sooner. Default: 250 ms; range:
    /// 10 ms to 1 minute.
    /// </summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How often a read is tried again that failed before its time was up (a lost connection, a server that is loading its
    /// data). Default: 1; range: 0 to 5. A timeout is not tried again: the time is used up.
    /// </summary>
    public int Retries { get; set; } = 1;

    /// <summary>
    /// How long to wait before a read is tried again, doubled each time and jittered. Default: 20 ms; range: 1 ms to
    /// 1 minute.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// How many failures in a row eject the node. Default: 3; range: 2 to 1,000. A lost connection is one failure, and so is an error that
    /// the node answers, to a call or to a batch; a call that timed out is none. A node that is silent
    /// (<see cref="SilenceTimeout"/>), that cannot be connected to, or that refuses for good (wrong password, a replica, a member of a
    /// Redis Cluster) is ejected at once.
    /// </summary>
    public int FailuresBeforeEjection { get; set; } = 3;

    /// <summary>
    /// How long after a failure, or an ejection, the node is probed; doubled for each probe that fails, and jittered by a
    /// quarter. Default: 100 ms; range: 10 ms to 1 minute.
    /// </summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The longest time between two probes of a node that is out. Default: 1 s; range: <see cref="ProbeInterval"/> to
    /// 10 minutes. With a quarter more for jitter it bounds how long after its return a node is probed again.
    /// </summary>
    public TimeSpan MaxProbeInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// When a node is given a new generation, which empties it for everyone. Default: <see cref="FencePolicy.OnDoubt"/>.
    /// </summary>
    public FencePolicy FencePolicy { get; set; }

    /// <summary>How often reads confirm a node's generation. Default: <see cref="FenceCheck.Interval"/>.</summary>
    public FenceCheck FenceCheck { get; set; }

    /// <summary>
    /// How long a generation counts as confirmed: the bound within which another client's fence is noticed. Default: 1 s;
    /// range: 10 ms to 1 minute.
    /// </summary>
    public TimeSpan FenceCheckInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How many keys of undelivered writes and removes are kept a node. Default: 10,000; range: 1 to 10,000,000. When there
    /// are more, they are given up, and the node gets a new generation before this client uses it again.
    /// </summary>
    public int MaxHints { get; set; } = 10_000;

    /// <summary>
    /// How long an undelivered write or remove is kept. Default: 10 minutes; range: 1 s to 1 day. When one gets older, all
    /// are given up as above.
    /// </summary>
    public TimeSpan MaxHintAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// With <see cref="FailoverMode.NextNode"/>: how long the next node keeps an entry of a node that is out, at most.
    /// Default: 10 s; range: 1 s to 1 hour.
    /// </summary>
    public TimeSpan GuestLifetime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Replaces the retries and timeout that CacheRing puts around failed reads, and wraps <em>every</em> read, write and remove
    /// in the pipeline made here, called with the builder and the node's name. Default: none. Each call then pays for the
    /// pipeline and an asynchronous frame (docs/failover.md has the figure). Exceptions of the pipeline's own
    /// (<see cref="ExecutionRejectedException"/>) count as the node not answering. What ejects a node and brings it back stays
    /// as it is. In code only.
    /// </summary>
    public Action<ResiliencePipelineBuilder, string>? ConfigurePipeline { get; set; }

    /// <summary>The rules in force; less than all of them in tests of the tests alone.</summary>
    internal Protections Protections { get; set; } = Protections.All;
}
