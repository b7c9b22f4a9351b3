using CacheRing.Diagnostics;
using CacheRing.Nodes;
using CacheRing.Sharding;
using Microsoft.Extensions.Logging;

namespace CacheRing.Invalidation;

/// <summary>
/// The messages of one node: heard, they void what the process keeps; while they are not heard, it keeps nothing of the node.
/// A message that could not be sent, or was sent before the node had carried out what it tells of, is made up for: when the
/// node is well again, its clients are told to keep nothing of what they have.
/// </summary>
internal sealed class NodeChannel : INodeListener, IDisposable
{
    private const string Name = "cr:inv";
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    private readonly Shard _shard;
    private readonly LocalTier _tier;
    private readonly ulong _sender;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposing = new();
    private int _owes;
    private long _quietUntil;

    public NodeChannel(Shard shard, LocalTier tier, ulong sender, ILogger logger)
    {
        _shard = shard;
        _tier = tier;
        _sender = sender;
        _logger = logger;
    }

    public LocalFeed Feed { get; } = new();

    /// <summary>
    /// Whether all that was on the node has just been removed: for as long as clients may believe in the version of everything from
    /// before, what they read may be from before, and is not to be kept.
    /// </summary>
    public bool IsQuiet => Volatile.Read(ref _quietUntil) is not 0 and var until && _shard.Time.GetTimestamp() < until;

    public void Start()
    {
        // Without messages there is no more to be known than what this process does, and the time to live.
        if (_shard.Node.Bus is not { } bus)
        {
            Feed.Open();
            return;
        }

        bus.Listen(Name, this);
        _ = WatchAsync();
    }

    /// <summary>Never throws.</summary>
    public async Task PublishAsync(byte kind, bool isApplied, params string[] names)
    {
        if (_shard.Node.Bus is not { } bus)
            return;
        try
        {
            // What the node has not carried out is told now, and again when it has.
            bool isServing = _shard.Guard.IsServing;
            if (!isApplied || !isServing || _shard.Guard.HasHints)
                Owe();
            if (!isServing)
                return;
            await bus.PublishAsync(Name, InvalidationMessage.Make(kind, _sender, names), CancellationToken.None).ConfigureAwait(false);
        }
        catch (NodeException failure)
        {
            _shard.LoadFailed(CacheOperation.Publish, names.Length > 0 ? names[0] : "*", failure);
            Owe();
        }
        catch (ObjectDisposedException)
        {
            // The cache is going.
        }
    }

    /// <summary>Nothing that was kept of the node is good any more.</summary>
    public void Void()
    {
        // In this order: what is captured after the one has seen the other.
        Volatile.Write(ref _quietUntil, _shard.Time.GetTimestamp() + _shard.Guard.FreshTicks);
        Feed.Void();
    }

    public void Listening()
    {
        Feed.Open();
        LogEvents.BusHeard(_logger, _shard.Node.Name);
    }

    public void Deaf()
    {
        Feed.Close();
        LogEvents.BusLost(_logger, _shard.Node.Name);
    }

    public void Heard(ReadOnlySpan<byte> message)
    {
        InvalidationMessage heard = InvalidationMessage.Read(message);
        if (heard.Sender == _sender)
            return;
        int place = 0;
        switch (heard.Kind)
        {
            case InvalidationMessage.Keys:
                while (heard.TryNext(ref place, out string key))
                    _tier.Changed(key);
                break;
            case InvalidationMessage.Tags:
                while (heard.TryNext(ref place, out string tag))
                    _tier.TagsChanged([tag]);
                break;
            default:
                Void();
                break;
        }
    }

    public void Dispose() => _disposing.Cancel();

    // The node may serve and its messages still not come: a user of the server who may not subscribe, say.
    private async Task WatchAsync()
    {
        while (true)
        {
            await Task.Delay(Silence, _shard.Time, _disposing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_disposing.IsCancellationRequested || Feed.IsOpen)
                return;
            if (!_shard.Guard.IsServing)
                continue;
            LogEvents.BusSilent(_logger, _shard.Node.Name, Silence.TotalSeconds);
            return;
        }
    }

    private void Owe()
    {
        if (Interlocked.Exchange(ref _owes, 1) == 0)
            _ = PayAsync();
    }

    private async Task PayAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(Retry, _shard.Time, _disposing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_disposing.IsCancellationRequested)
                    return;

                // What is owed from here on is owed anew; so this comes before the look at the node.
                Interlocked.Exchange(ref _owes, 0);
                if (!_shard.Guard.IsServing || _shard.Guard.HasHints)
                {
                    if (Interlocked.Exchange(ref _owes, 1) != 0)
                        return;
                    continue;
                }

                await _shard.Node.Bus!.PublishAsync(Name, InvalidationMessage.Make(InvalidationMessage.All, _sender), _disposing.Token).ConfigureAwait(false);
                return;
            }
        }
        catch (NodeException)
        {
            Owe();
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // The cache is going.
        }
    }
}
