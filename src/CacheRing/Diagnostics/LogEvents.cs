using CacheRing.Failover;
using Microsoft.Extensions.Logging;

namespace CacheRing.Diagnostics;

/// <summary>
/// Every log message of the library. Ids are stable. No message holds a value or a credential; a key appears at Debug only.
/// </summary>
internal static partial class LogEvents
{
    [LoggerMessage(1, LogLevel.Warning, "{Problem} First failed call: {Operation}. Until it answers, reads of its keys are misses (or throw, as Failover.OnReadFailure says); removes are queued.")]
    public static partial void NodeFailing(ILogger logger, string problem, CacheOperation operation);

    [LoggerMessage(51, LogLevel.Warning, "{Problem} First refused call: {Operation}. The node stays in use; a write that it refuses is removed, and its key reads as a miss until then.")]
    public static partial void NodeRefusing(ILogger logger, string problem, CacheOperation operation);

    [LoggerMessage(2, LogLevel.Warning, "{Problem} {Failures} calls have failed since the last report, {Queued} of them writes or removes, whose keys are queued.")]
    public static partial void NodeStillFailing(ILogger logger, string problem, long failures, long queued);

    [LoggerMessage(3, LogLevel.Information, "Node '{Node}' answers again after {Seconds:0.0} s. Failed calls: {Failures}, of them writes or removes: {Queued}.")]
    public static partial void NodeAnswersAgain(ILogger logger, string node, double seconds, long failures, long queued);

    [LoggerMessage(4, LogLevel.Debug, "{Operation} of key '{Key}' failed on node '{Node}'.")]
    public static partial void CallFailed(ILogger logger, CacheOperation operation, string key, string node, Exception error);

    [LoggerMessage(5, LogLevel.Information, "{Cache} spreads its keys over {Nodes} nodes by {Algorithm}; ring fingerprint {Fingerprint:x16}.")]
    public static partial void CacheStarted(ILogger logger, string cache, int nodes, RingAlgorithm algorithm, ulong fingerprint);

    [LoggerMessage(6, LogLevel.Warning, "Node '{Node}' holds bytes under a key of this cache that are no entry of it (another program, or a later version). They read as a miss.")]
    public static partial void UnreadableEntry(ILogger logger, string node);

    [LoggerMessage(7, LogLevel.Warning, "{Problem} It is out of service from now on: its keys read as misses, removes are queued, and it is probed until it is back.")]
    public static partial void NodeEjected(ILogger logger, string problem);

    [LoggerMessage(8, LogLevel.Information, "Node '{Node}' serves again, {Seconds:0.0} s after it was put out of service.")]
    public static partial void NodeServesAgain(ILogger logger, string node, double seconds);

    [LoggerMessage(9, LogLevel.Debug, "Node '{Node}' was {From} and is {To}.")]
    public static partial void NodeHealthMoved(ILogger logger, string node, NodeHealth from, NodeHealth to);

    [LoggerMessage(10, LogLevel.Error, "A handler of NodeHealthChanged has thrown; the node was '{Node}'.")]
    public static partial void ListenerFailed(ILogger logger, string node, Exception error);

    [LoggerMessage(11, LogLevel.Warning, "Most of the {Nodes} nodes look dead (the latest: '{Node}'). It is likelier that this process is cut off: no further node is put out of service, and all are probed.")]
    public static partial void MostNodesLookDead(ILogger logger, string node, int nodes);

    [LoggerMessage(12, LogLevel.Information, "Node '{Node}' had no record of a generation and has one now: it is new, was restarted empty, or had lost it. What was on it reads as a miss.")]
    public static partial void NodeBegun(ILogger logger, string node);

    [LoggerMessage(13, LogLevel.Warning, "Node '{Node}' was given a new generation, so that all that was on it reads as a miss, for every client. Reason: {Reason}.")]
    public static partial void NodeFenced(ILogger logger, string node, FenceReason reason);

    [LoggerMessage(14, LogLevel.Information, "Node '{Node}' has a new generation, given to it by another client: what was on it reads as a miss.")]
    public static partial void GenerationLearnt(ILogger logger, string node);

    [LoggerMessage(15, LogLevel.Warning, "Node '{Node}' has not carried out more than {Most} writes and removes (Failover.MaxHints). They are given up, and it gets a new generation before it is used again.")]
    public static partial void HintsLost(ILogger logger, string node, int most);

    [LoggerMessage(16, LogLevel.Warning, "Node '{Node}' has not carried out writes and removes for {Longest} (Failover.MaxHintAge). They are given up, and it gets a new generation before it is used again.")]
    public static partial void HintsTooOld(ILogger logger, string node, TimeSpan longest);

    [LoggerMessage(17, LogLevel.Warning, "Node '{Node}' may serve values that were removed: entries of EntryFormat.Raw have no generation, and {Reason} asks for one. They end with their time to live.")]
    public static partial void CannotFence(ILogger logger, string node, FenceReason reason);

    [LoggerMessage(18, LogLevel.Error, "Looking after node '{Node}' failed unexpectedly; it is tried again. This is a fault of CacheRing: please report it.")]
    public static partial void RecoveryFailed(ILogger logger, string node, Exception error);

    [LoggerMessage(19, LogLevel.Information, "Entries of EntryFormat.Raw have no generation: after a node was restarted with old data, or has missed more than can be kept, values that were removed may be read until their time to live ends. Give every entry an expiration.")]
    public static partial void RawHasNoGenerations(ILogger logger);

    [LoggerMessage(20, LogLevel.Warning, "A key cannot be kept: it is empty, longer than ShardedCacheOptions.MaxKeyBytes, malformed, or begins with 'cr:', which is reserved (this one has {Length} characters). The value is loaded each time. This is reported once.")]
    public static partial void UnfitKey(ILogger logger, int length);

    [LoggerMessage(21, LogLevel.Warning, "A load of {Type} failed, and its expired value was given out instead (fail-safe).")]
    public static partial void GaveStale(ILogger logger, Type type, Exception error);

    [LoggerMessage(22, LogLevel.Warning, "An early refresh of {Type} failed. The value that is there stays good until it expires.")]
    public static partial void RefreshFailed(ILogger logger, Type type, Exception error);

    [LoggerMessage(23, LogLevel.Warning, "A stored value could not be read as {Type}, and is loaded anew. Has the type changed, or does another program use this key?")]
    public static partial void UnreadableValue(ILogger logger, Type type, Exception error);

    [LoggerMessage(24, LogLevel.Error, "A value of {Type} could not be serialized, so that it is loaded each time.")]
    public static partial void UnwritableValue(ILogger logger, Type type, Exception error);

    [LoggerMessage(25, LogLevel.Warning, "A value of {Length} bytes is over ShardedCacheOptions.MaxValueBytes, so that it is loaded each time.")]
    public static partial void TooLargeToKeep(ILogger logger, int length);

    [LoggerMessage(26, LogLevel.Warning, "The invalidation of {Tags} tags is queued: not every node has answered. Other processes may read what has these tags from the nodes that did not, until it is delivered.")]
    public static partial void TagsQueued(ILogger logger, int tags);

    [LoggerMessage(27, LogLevel.Information, "Messages of node '{Node}' are not heard, so that the local cache keeps nothing of it until they are.")]
    public static partial void BusLost(ILogger logger, string node);

    [LoggerMessage(28, LogLevel.Information, "Messages of node '{Node}' are heard, so that the local cache keeps what is on it.")]
    public static partial void BusHeard(ILogger logger, string node);

    [LoggerMessage(29, LogLevel.Warning, "The local cache is used without invalidation (LocalCache.AllowWithoutInvalidation): the change of a value by another process is seen when LocalCache.Expiration ({Expiration}) is over.")]
    public static partial void LocalWithoutBus(ILogger logger, TimeSpan expiration);

    [LoggerMessage(30, LogLevel.Warning, "Node '{Node}' serves, and its messages have not been heard for {Seconds} s: the local cache keeps nothing of it. Check that the server's user may SUBSCRIBE and PUBLISH (docs/redis.md).")]
    public static partial void BusSilent(ILogger logger, string node, double seconds);

    [LoggerMessage(31, LogLevel.Warning, "The store of write-behind cache '{Cache}' has failed with {Writes} writes. They stay pending, and are tried again with growing pauses.")]
    public static partial void StoreFailed(ILogger logger, string cache, int writes, Exception error);

    [LoggerMessage(32, LogLevel.Error, "The store of write-behind cache '{Cache}' takes no writes. {Pending} are pending; one at a time is tried until it does, and nothing is given up. When a bound is reached, writers wait or are refused.")]
    public static partial void StoreDown(ILogger logger, string cache, int pending, Exception? error);

    [LoggerMessage(33, LogLevel.Information, "The store of write-behind cache '{Cache}' takes writes again; {Pending} are pending.")]
    public static partial void StoreUp(ILogger logger, string cache, int pending);

    [LoggerMessage(34, LogLevel.Error, "The write-behind cache '{Cache}' has given up a write after {Attempts} attempts ({Reason}), id {Id}: the dead-letter sink has it. The store keeps what it had.")]
    public static partial void GaveUp(ILogger logger, string cache, int attempts, string reason, Guid id);

    [LoggerMessage(35, LogLevel.Error, "The dead-letter sink of write-behind cache '{Cache}' has failed. The write stays pending, and the sink is asked again with growing pauses.")]
    public static partial void SinkFailed(ILogger logger, string cache, Exception error);

    [LoggerMessage(36, LogLevel.Warning, "The write-behind cache '{Cache}' holds {Keys} keys of which a write was given up, and no more: later writes of further ones go to the store all the same.")]
    public static partial void TooManyHeld(ILogger logger, string cache, int keys);

    [LoggerMessage(37, LogLevel.Critical, "The write-behind cache '{Cache}' has ended with {Writes} writes that its store does not have, after waiting {Waited} (DrainTimeout). It has no journal: THEY ARE LOST.")]
    public static partial void LostAtEnd(ILogger logger, string cache, int writes, TimeSpan waited);

    [LoggerMessage(38, LogLevel.Warning, "The write-behind cache '{Cache}' has ended with {Writes} writes that its store does not have, after waiting {Waited} (DrainTimeout). They are in its journal, and go to the store at the next start.")]
    public static partial void LeftAtEnd(ILogger logger, string cache, int writes, TimeSpan waited);

    [LoggerMessage(39, LogLevel.Information, "The write-behind cache '{Cache}' has found {Writes} writes in its journal that the store may not have. They are given to it now, with the same ids.")]
    public static partial void Replays(ILogger logger, string cache, int writes);

    [LoggerMessage(40, LogLevel.Error, "Writing {Writes} pending writes of write-behind cache '{Cache}' has failed unexpectedly; they stay pending until the process ends. This is a fault of CacheRing: please report it.")]
    public static partial void WritingFailed(ILogger logger, string cache, int writes, Exception error);

    [LoggerMessage(41, LogLevel.Warning, "The store of write-behind cache '{Cache}' has the writes of a batch, and the cache beneath failed to be told: keys of it may be read as they were before, until they expire or are written again.")]
    public static partial void CacheNotTold(ILogger logger, string cache, Exception error);

    [LoggerMessage(42, LogLevel.Warning, "A write of write-behind cache '{Cache}' is taken, and could not be put into the cache beneath: other processes see it when the store has it.")]
    public static partial void PutFailed(ILogger logger, string cache, Exception error);

    [LoggerMessage(46, LogLevel.Warning, "The store has a change whose key node '{Node}' could not be told of. It is queued: this process reads no older value, others may until the node has answered.")]
    public static partial void ChangeQueued(ILogger logger, string node);

    [LoggerMessage(48, LogLevel.Warning, "Node '{Node}' stays out of service for {Seconds:0.0} s before it gets another new generation ({Reason}): this client has given it several within a minute, each of which empties it for every client.")]
    public static partial void FencePostponed(ILogger logger, string node, FenceReason reason, double seconds);

    [LoggerMessage(49, LogLevel.Information, "Node '{Node}': writes that had no answer when a connection was lost, and may still arrive, are unreadable from now on. Everything else on the node stays as it is.")]
    public static partial void LateWritesVoided(ILogger logger, string node);

    [LoggerMessage(50, LogLevel.Information, "Node '{Node}': a lost connection, on which writes had no answer, cannot be ended at the server, since {Reason}. Those writes are made unreadable instead, by an addition to the node's record that all clients read: their keys are misses, and nothing else is. This is reported once.")]
    public static partial void CannotEndConnection(ILogger logger, string node, string reason);

    [LoggerMessage(47, LogLevel.Information, "{Count} more of event {Event} ({Subject}) have come since it was last logged. It is logged once a minute; each time, if Debug is enabled.")]
    public static partial void LeftOut(ILogger logger, int count, int @event, object? subject);
}
