namespace CacheRing.Sessions;

/// <summary>
/// The two places of one session on its node. A commit goes to the place that was not loaded, so that the last one that was
/// acknowledged stays where it is: a cache takes the older value away where a write has no answer, and that would be the session.
/// Made for one request; not safe for several threads.
/// </summary>
internal sealed class SessionSlots
{
    // Long enough for a connection to be replaced, short beside what a visitor waits for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);

    private readonly IShardedCache _cache;
    private readonly TimeProvider _time;
    private readonly string[] _keys;
    private int _loaded = -1;
    private long _stamp;

    public SessionSlots(IShardedCache cache, string sessionKey, TimeProvider time)
    {
        _cache = cache;
        _time = time;

        // By the braces both have the same node: a session must not need two of them.
        _keys = [$"{{{sessionKey}}}:0", $"{{{sessionKey}}}:1"];
        Node = cache.Locate(_keys[0]).Owner;
    }

    /// <summary>The node that has the session.</summary>
    public string Node { get; }

    /// <summary>Reads the later of the two. That prolongs both.</summary>
    /// <returns>Null only if the node is well and has neither.</returns>
    /// <exception cref="NodeException">The node does not answer, or cannot say what is in both places.</exception>
    public async Task<byte[]?> ReadAsync(CancellationToken token)
    {
        SessionAttempts attempts = new(_time, Patience, FirstPause);
        while (true)
        {
            NodeException? failure = null;
            byte[]? session = null;
            NodeStatus before = Status();
            try
            {
                (session, bool isWhole) = await ReadOnceAsync(token).ConfigureAwait(false);
                if (isWhole)
                    return session;
            }
            catch (NodeException error)
            {
                failure = error;
            }

            // A miss counts the second time, of a node that had nothing to catch up with: an answer of a connection that is
            // replaced meanwhile is a miss as well, and so is a key whose write is in doubt. What is missed may be the later one.
            NodeStatus after = Status();
            bool isCalm = failure is null && IsCalm(before) && IsCalm(after);
            if (isCalm && !attempts.IsFirst)
                return session;
            if (IsOut(after) || !attempts.HaveNext)
                throw failure ?? Unsure(after, "cannot say which session it has");
            await attempts.NextAsync(wait: !isCalm, token).ConfigureAwait(false);
        }
    }

    /// <summary>Stores a session.</summary>
    /// <param name="session">Its bytes.</param>
    /// <param name="store">Stores bytes under a key; false when the node has not.</param>
    /// <param name="everywhere">
    /// Whether the place that was loaded is written as well, afterwards: something was removed, and must not come back.
    /// </param>
    /// <exception cref="NodeException">The node has not stored it. The one that was loaded is still there.</exception>
    public async Task WriteAsync(byte[] session, Func<string, byte[], Task<bool>> store, bool everywhere)
    {
        // The first commit fills both, so that each of them is there from then on, and missing one is a reason to look again.
        bool isFirst = _loaded < 0;
        int slot = _loaded == 0 ? 1 : 0;
        await WriteOnceAsync(slot, session, store).ConfigureAwait(false);
        if (everywhere || isFirst)
            await WriteOnceAsync(1 - slot, session, store).ConfigureAwait(false);
    }

    private static bool IsCalm(NodeStatus node) => node is { Health: NodeHealth.Healthy, QueuedKeys: 0 };

    private static bool IsOut(NodeStatus node) => node.Health is NodeHealth.Ejected or NodeHealth.Probing;

    private static NodeException Unsure(NodeStatus node, string what) => new(
        node.Name,
        node.LastFailure?.Kind ?? NodeFailureKind.Unreachable,
        $"Node '{node.Name}' {what} ({node.Health}, {node.QueuedKeys} keys queued).",
        node.LastFailure);

    private NodeStatus Status() => _cache.GetNodes().First(node => node.Name == Node);

    private async Task<(byte[]? Session, bool IsWhole)> ReadOnceAsync(CancellationToken token)
    {
        byte[]?[] stored = await Task.WhenAll(_cache.GetAsync(_keys[0], token), _cache.GetAsync(_keys[1], token)).ConfigureAwait(false);
        long? first = SessionEntry.StampOf(stored[0]);
        long? second = SessionEntry.StampOf(stored[1]);
        _stamp = Math.Max(first ?? 0, second ?? 0);
        _loaded = (first ?? second) is null ? -1 : second is null || first > second ? 0 : 1;
        return (_loaded < 0 ? null : SessionEntry.SessionIn(stored[_loaded]), first is not null && second is not null);
    }

    private async Task WriteOnceAsync(int slot, byte[] session, Func<string, byte[], Task<bool>> store)
    {
        long stamp = Math.Max(_stamp + 1, _time.GetUtcNow().UtcTicks);
        byte[] stored = SessionEntry.Write(stamp, session);
        SessionAttempts attempts = new(_time, Patience, FirstPause);
        while (!await store(_keys[slot], stored).ConfigureAwait(false))
        {
            NodeStatus node = Status();
            if (IsOut(node) || !attempts.HaveNext)
                throw Unsure(node, "has not stored a session");
            await attempts.NextAsync(wait: true, CancellationToken.None).ConfigureAwait(false);
        }

        (_loaded, _stamp) = (slot, stamp);
    }
}
