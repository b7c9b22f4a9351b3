using Microsoft.Extensions.Logging;

namespace CacheRing.Diagnostics;

/// <summary>
/// Every log message of the library. Ids are stable. No message holds a value or a credential; a key appears at Debug only.
/// </summary>
internal static partial class LogEvents
{
    [LoggerMessage(1, LogLevel.Warning, "{Problem} First failed call: {Operation}. Until it answers, reads of its keys are misses and writes are dropped.")]
    public static partial void NodeFailing(ILogger logger, string problem, CacheOperation operation);

    [LoggerMessage(2, LogLevel.Warning, "{Problem} {Failures} calls have failed since the last report, {Dropped} of them writes or removes that were dropped.")]
    public static partial void NodeStillFailing(ILogger logger, string problem, long failures, long dropped);

    [LoggerMessage(3, LogLevel.Information, "Node '{Node}' answers again after {Seconds:0.0} s. Failed calls: {Failures}, of them dropped writes or removes: {Dropped}.")]
    public static partial void NodeAnswersAgain(ILogger logger, string node, double seconds, long failures, long dropped);

    [LoggerMessage(4, LogLevel.Debug, "{Operation} of key '{Key}' failed on node '{Node}'.")]
    public static partial void CallFailed(ILogger logger, CacheOperation operation, string key, string node, Exception error);

    [LoggerMessage(5, LogLevel.Information, "{Cache} spreads its keys over {Nodes} nodes by {Algorithm}; ring fingerprint {Fingerprint:x16}.")]
    public static partial void CacheStarted(ILogger logger, string cache, int nodes, RingAlgorithm algorithm, ulong fingerprint);

    [LoggerMessage(6, LogLevel.Warning, "Node '{Node}' holds bytes under a key of this cache that are no entry of it (another program, or a later version). They read as a miss.")]
    public static partial void UnreadableEntry(ILogger logger, string node);
}
