using System.Buffers;
using System.Globalization;
using CacheRing.Entries;
using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>
/// A Memcached server, over the meta protocol (1.6 and later). No call has a frame of its own: commands end their callers'
/// tasks themselves.
/// </summary>
internal sealed partial class MemcachedNode : ICacheNode
{
    private const int Greetings = 20;

    private readonly MemcachedContext _context;
    private readonly MemcachedClock _clock;
    private readonly MemcachedLink[] _links;

    public MemcachedNode(MemcachedSettings settings, TimeProvider time)
    {
        Name = settings.Name;
        _context = new MemcachedContext(settings, time);
        _clock = new MemcachedClock(settings.Timings.Operation, time);
        MemcachedConnector connector = new(settings, _clock, _context, time);
        _links = [.. Enumerable.Range(0, settings.Connections).Select(_ => new MemcachedLink(connector, settings, _context, time))];
    }

    public string Name { get; }

    public NodeTraits Traits => Differences;

    public static NodeTraits Differences { get; } = new() { ExpiryResolution = TimeSpan.FromSeconds(1), ReadsHeads = false, LimitsValues = true, RenewalChangesToken = true };

    public int Epoch => _context.Epoch;

    public bool IsConnected => Array.TrueForAll(_links, static link => link.IsConnected);

    public ConnectionSigns ReadSigns() => _links[0].ReadSigns();

    public void Abandon(NodeException reason)
    {
        foreach (MemcachedLink link in _links)
            link.Abandon(reason);
    }

    public void Start(INodeClient client)
    {
        _context.Client = client;
        _clock.Start(Beat);
        foreach (MemcachedLink link in _links)
            link.Start();
    }

    public bool KeepsKeyInEntry(string key) => _context.Keys.IsHashed(key);

    public Task<byte[]?> GetAsync(string key, CancellationToken token)
    {
        GetCommand command = new(_context, key);
        Send(command, key, token);
        return command.Task;
    }

    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token)
    {
        GetToBufferCommand command = _context.Buffered.Rent();
        command.Prepare(key, destination);
        ValueTask<bool> result = command.Task;
        Send(command, key, token);
        return result;
    }

    public async Task<byte[]?> GetHeadAsync(string key, int length, CancellationToken token) =>
        (await FetchAsync(key, token).ConfigureAwait(false))?.Bytes;

    public async Task<StoredPair> GetPairAsync(string first, string second, CancellationToken token)
    {
        FetchCommand one = new(_context, first);
        FetchCommand two = new(_context, second);

        // Down the same connection, the first before the second.
        MemcachedLink link = LinkOf(second);
        one.Watch(token);
        two.Watch(token);
        link.Send(one);
        link.Send(two);
        await Task.WhenAll(one.Task, two.Task).ConfigureAwait(false);
        return new StoredPair((await one.Task.ConfigureAwait(false))?.Bytes, (await two.Task.ConfigureAwait(false))?.Bytes);
    }

    public Task SetAsync(string key, PooledEntry entry, TimeSpan? timeToLive, CancellationToken token)
    {
        SetCommand command = new(_context, key, entry, timeToLive);
        Send(command, key, token);
        return command.Task;
    }

    public Task RemoveAsync(string key, CancellationToken token)
    {
        RemoveCommand command = new(_context, key);
        Send(command, key, token);
        return command.Task;
    }

    public Task ExpireAsync(string key, TimeSpan timeToLive, CancellationToken token)
    {
        TouchCommand command = new(_context, key, timeToLive, awaited: true);
        Send(command, key, token);
        return command.Task;
    }

    public void ExpireUnawaited(string key, TimeSpan timeToLive) =>
        Send(new TouchCommand(_context, key, timeToLive, awaited: false), key, CancellationToken.None);

    public Task GetManyAsync(IReadOnlyList<string> keys, IStoredReader reader, CancellationToken token)
    {
        GetManyCommand command = new(_context, keys, reader);
        Send(command, keys[0], token);
        return command.Task;
    }

    public Task<NodeException?[]> SetManyAsync(IReadOnlyList<NodeWrite> writes, CancellationToken token)
    {
        if (_links.Length > 1)
            return SetByLinkAsync(writes, token);
        SetManyCommand command = new(_context, writes);
        Send(command, writes[0].Key, token);
        return command.Task;
    }

    public Task RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken token)
    {
        if (_links.Length > 1)
            return Task.WhenAll(keys.GroupBy(LinkOf).Select(part => SendAsync([.. part])));
        return SendAsync(keys);

        Task SendAsync(IReadOnlyList<string> part)
        {
            RemoveManyCommand command = new(_context, part);
            Send(command, part[0], token);
            return command.Task;
        }
    }

    private async Task<NodeException?[]> SetByLinkAsync(IReadOnlyList<NodeWrite> writes, CancellationToken token)
    {
        NodeException?[] failures = new NodeException?[writes.Count];
        await Task.WhenAll(Enumerable.Range(0, writes.Count).GroupBy(i => LinkOf(writes[i].Key)).Select(SendAsync)).ConfigureAwait(false);
        return failures;

        async Task SendAsync(IEnumerable<int> part)
        {
            int[] places = [.. part];
            SetManyCommand command = new(_context, Array.ConvertAll(places, i => writes[i]));
            Send(command, writes[places[0]].Key, token);
            NodeException?[] outcome = await command.Task.ConfigureAwait(false);
            for (int i = 0; i < places.Length; i++)
                failures[places[i]] = outcome[i];
        }
    }

    /// <summary>What is stored under a key, and its version; null when there is nothing.</summary>
    /// <exception cref="NodeException">The node did not answer.</exception>
    public Task<FetchedItem?> FetchAsync(string key, CancellationToken token)
    {
        FetchCommand command = new(_context, key);
        Send(command, key, token);
        return command.Task;
    }

    /// <summary>Stores bytes if the key is not there yet, or, with a version, if it still has that one.</summary>
    /// <returns>Whether they were stored.</returns>
    /// <exception cref="NodeException">The node did not answer: they may have been stored, or be yet.</exception>
    public Task<bool> TryStoreAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan? timeToLive, ulong? version, CancellationToken token)
    {
        StoreCommand command = new(_context, key, bytes, timeToLive, version);
        Send(command, key, token);
        return command.Task;
    }

    /// <summary>Asks for a sign of life.</summary>
    /// <exception cref="NodeException">There was none in time.</exception>
    public Task ProbeAsync(CancellationToken token)
    {
        NoOperationCommand command = new(_context.Faults);
        Send(command, Name, token);
        return command.Task;
    }

    /// <summary>What the server counts.</summary>
    /// <exception cref="NodeException">The node did not answer.</exception>
    public async Task<MemcachedStatistics> CountAsync(CancellationToken token)
    {
        StatisticsCommand command = new(_context.Faults);
        Send(command, Name, token);
        return MemcachedStatistics.Of(await command.Task.ConfigureAwait(false));
    }

    public async Task<NodeGreeting> GreetAsync(string recordKey, CancellationToken token)
    {
        // While connections are being made, the first one above all, the answers may be of another than the one that was asked.
        for (int attempt = 0; attempt < Greetings; attempt++)
        {
            int epoch = Epoch;
            Task<MemcachedStatistics> statistics = CountAsync(token);
            Task<FetchedItem?> fetching = FetchAsync(recordKey, token);
            await Task.WhenAll(statistics, fetching).ConfigureAwait(false);
            FetchedItem? record = await fetching.ConfigureAwait(false);
            MemcachedStatistics counted = await statistics.ConfigureAwait(false);
            if (Epoch == epoch)
            {
                return new NodeGreeting(
                    epoch,
                    new NodeProcess(counted.ProcessId.ToString(CultureInfo.InvariantCulture), counted.StartedAt.ToUnixTimeSeconds()),
                    record?.Bytes,
                    ConnectionId: null);
            }
        }

        throw _context.Faults.Of(NodeFailureKind.Unreachable);
    }

    public async Task<byte[]?> ReplaceAsync(string key, byte[]? expected, byte[] replacement, CancellationToken token)
    {
        FetchedItem? found = await FetchAsync(key, token).ConfigureAwait(false);
        if (!(found is null ? expected is null : expected is not null && found.Bytes.AsSpan().SequenceEqual(expected)))
            return found?.Bytes;
        if (await TryStoreAsync(key, replacement, timeToLive: null, found?.Version, token).ConfigureAwait(false))
            return replacement;
        return (await FetchAsync(key, token).ConfigureAwait(false))?.Bytes;
    }

    // The server has no word for it.
    public Task<bool> EndConnectionAsync(long connectionId, CancellationToken token) => Task.FromResult(false);

    public async ValueTask DisposeAsync()
    {
        _clock.Dispose();
        foreach (MemcachedLink link in _links)
            await link.DisposeAsync().ConfigureAwait(false);
    }

    public INodeBus? Bus => null;

    private void Send(MemcachedCommand command, string key, CancellationToken token)
    {
        command.Watch(token);
        LinkOf(key).Send(command);
    }

    // A key keeps to one connection, so that its commands stay in order: a remove then settles a late write before it. Batches of
    // writes and removes are parted by it; one of reads takes the way of its first key, as what was answered is there for all.
    private MemcachedLink LinkOf(string key) =>
        _links.Length == 1 ? _links[0] : _links[(int)((uint)string.GetHashCode(key) % (uint)_links.Length)];

    private void Beat()
    {
        foreach (MemcachedLink link in _links)
            link.Beat();
    }
}
