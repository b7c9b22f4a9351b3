using System.Buffers;
using System.Globalization;
using CacheRing.Entries;
using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>
/// A Memcached server, over the meta protocol (1.6.10 and later). No call has a frame of its own: commands end their callers'
/// tasks themselves.
/// </summary>
internal sealed partial class MemcachedNode : ICacheNode
{
    private const int Greetings = 20;

    private readonly MemcachedContext _context;
    private readonly MemcachedClock _clock;
    private readonly MemcachedLink _link;

    public MemcachedNode(MemcachedSettings settings, TimeProvider time)
    {
        Name = settings.Name;
        _context = new MemcachedContext(settings, time);
        _clock = new MemcachedClock(settings.Timings.Operation, time);
        MemcachedConnector connector = new(settings, _clock, _context, time);
        _link = new MemcachedLink(connector, settings, _context, time);
    }

    public string Name { get; }

    public NodeTraits Traits => Differences;

    public static NodeTraits Differences { get; } = new() { ExpiryResolution = TimeSpan.FromSeconds(1), ReadsHeads = false, DropsTooLarge = true, RenewalChangesToken = true };

    public int Epoch => _context.Epoch;

    public bool IsConnected => _link.IsConnected;

    public ConnectionSigns ReadSigns() => _link.ReadSigns();

    public void Abandon(NodeException reason) => _link.Abandon(reason);

    public void Start(INodeClient client)
    {
        _context.Client = client;
        _clock.Start(_link.Beat);
        _link.Start();
    }

    public bool KeepsKeyInEntry(string key) => _context.Keys.IsHashed(key);

    public Task<byte[]?> GetAsync(string key, CancellationToken token)
    {
        GetCommand command = new(_context, key);
        return Sent(command, command.Task, token);
    }

    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token)
    {
        GetToBufferCommand command = _context.Buffered.Rent();
        command.Prepare(key, destination);
        ValueTask<bool> result = command.Task;
        Send(command, token);
        return result;
    }

    public async Task<byte[]?> GetHeadAsync(string key, int length, CancellationToken token) =>
        (await FetchAsync(key, token).ConfigureAwait(false))?.Bytes;

    public async Task<StoredPair> GetPairAsync(string first, string second, CancellationToken token)
    {
        FetchCommand one = new(_context, first);
        FetchCommand two = new(_context, second);

        Task<FetchedItem?> early = one.Task;
        Task<FetchedItem?> late = two.Task;
        Send(one, token);
        Send(two, token);
        await Task.WhenAll(early, late).ConfigureAwait(false);
        return new StoredPair((await early.ConfigureAwait(false))?.Bytes, (await late.ConfigureAwait(false))?.Bytes);
    }

    public Task SetAsync(string key, PooledEntry entry, TimeSpan? timeToLive, CancellationToken token)
    {
        SetCommand command = new(_context, key, entry, timeToLive);
        return Sent(command, command.Task, token);
    }

    public Task RemoveAsync(string key, CancellationToken token)
    {
        RemoveCommand command = new(_context, key);
        return Sent(command, command.Task, token);
    }

    public Task ExpireAsync(string key, TimeSpan timeToLive, CancellationToken token)
    {
        TouchCommand command = new(_context, key, timeToLive, awaited: true);
        return Sent(command, command.Task, token);
    }

    public void ExpireUnawaited(string key, TimeSpan timeToLive) =>
        Send(new TouchCommand(_context, key, timeToLive, awaited: false), CancellationToken.None);

    public Task GetManyAsync(IReadOnlyList<string> keys, IStoredReader reader, CancellationToken token)
    {
        GetManyCommand command = new(_context, keys, reader);
        return Sent(command, command.Task, token);
    }

    public Task<NodeException?[]> SetManyAsync(IReadOnlyList<NodeWrite> writes, CancellationToken token)
    {
        SetManyCommand command = new(_context, writes);
        return Sent(command, command.Task, token);
    }

    public Task RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken token)
    {
        RemoveManyCommand command = new(_context, keys);
        return Sent(command, command.Task, token);
    }

    /// <summary>What is stored under a key, and its version; null when there is nothing.</summary>
    /// <exception cref="NodeException">The node did not answer.</exception>
    public Task<FetchedItem?> FetchAsync(string key, CancellationToken token)
    {
        FetchCommand command = new(_context, key);
        return Sent(command, command.Task, token);
    }

    /// <summary>Stores bytes if the key is not there yet, or, with a version, if it still has that one.</summary>
    /// <returns>Whether they were stored.</returns>
    /// <exception cref="NodeException">The node did not answer: they may have been stored, or be yet.</exception>
    public Task<bool> TryStoreAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan? timeToLive, ulong? version, CancellationToken token)
    {
        StoreCommand command = new(_context, key, bytes, timeToLive, version);
        return Sent(command, command.Task, token);
    }

    /// <summary>Asks for a sign of life.</summary>
    /// <exception cref="NodeException">There was none in time.</exception>
    public Task ProbeAsync(CancellationToken token)
    {
        NoOperationCommand command = new(_context.Faults);
        return Sent(command, command.Task, token);
    }

    /// <summary>What the server counts.</summary>
    /// <exception cref="NodeException">The node did not answer.</exception>
    public async Task<MemcachedStatistics> CountAsync(CancellationToken token)
    {
        StatisticsCommand command = new(_context.Faults);
        return MemcachedStatistics.Of(await Sent(command, command.Task, token).ConfigureAwait(false));
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
        await _link.DisposeAsync().ConfigureAwait(false);
    }

    public INodeBus? Bus => null;

    private void Send(MemcachedCommand command, CancellationToken token)
    {
        command.Watch(token);
        _link.Send(command);
    }

    /// <summary>Sends a command, which may have let go of its task by the time that this has been done.</summary>
    private TTask Sent<TTask>(MemcachedCommand command, TTask task, CancellationToken token)
        where TTask : Task
    {
        Send(command, token);
        return task;
    }
}
