using System.Runtime.CompilerServices;
using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Failover;
using CacheRing.Nodes;

namespace CacheRing.Sharding;

/// <summary>
/// One key on its way from a miss to a fill, at the one node that answers for it: which token it had, in which generation and
/// on which connection. A fill is made in the generation of the miss, whatever has become of the node meanwhile. Used by one
/// caller at a time.
/// </summary>
internal sealed partial class KeyLoad : IStoredReader
{
    private readonly string _key;
    private readonly IEntrySink _sink;
    private readonly Shard? _next;
    private Shard _shard;
    private bool _isGuest;
    private bool _confirms;
    private bool _isOpened;
    private byte[]? _record;
    private int _keyIndex;
    private int _epoch;
    private ulong _generation;
    private ulong _asked;

    /// <param name="key">The key.</param>
    /// <param name="shard">The node that owns it.</param>
    /// <param name="next">Who answers for that node when it is out; null when nobody does.</param>
    /// <param name="sink">Takes what is found.</param>
    public KeyLoad(string key, Shard shard, Shard? next, IEntrySink sink)
    {
        _key = key;
        _shard = shard;
        _next = next;
        _sink = sink;
    }

    /// <summary>The identity of what is under the key: what was read, or the lease.</summary>
    public ulong Token { get; private set; }

    /// <summary>How long another's lease still lasts, where the node tells.</summary>
    public TimeSpan? Left { get; private set; }

    /// <summary>The node that answers for the key.</summary>
    public Shard Shard => _shard;

    /// <summary>Whether it is clear which node answers for the key.</summary>
    public bool IsPlaced => _shard.Guard.IsServing && _shard.Guard.IsCurrent(_shard.Node.Epoch) && _shard.Guard.Joining.IsCompleted;

    /// <summary>Decides which node answers for the key. To be called before anything else, unless that is clear.</summary>
    public async ValueTask PlaceAsync(CancellationToken cancellation)
    {
        await _shard.JoinedAsync(cancellation).ConfigureAwait(false);
        if (_shard.Guard.IsServing || _next is not { } next)
            return;
        await next.JoinedAsync(cancellation).ConfigureAwait(false);
        _shard = next;
        _isGuest = true;
    }

    /// <summary>Reads the key, and others before it in the same round trip.</summary>
    /// <param name="others">Keys of the same node.</param>
    /// <param name="lease">How long a lease lasts, where a miss takes one at once; null when it is not to be loaded.</param>
    /// <param name="cancellation">Ends the wait.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<LoadState> ReadAsync(IReadOnlyList<string> others, TimeSpan? lease, CancellationToken cancellation)
    {
        for (bool isAgain = false; ; isAgain = true)
        {
            if (isAgain)
                await _shard.JoinedAsync(cancellation).ConfigureAwait(false);
            if (!TryBegin(others, out IReadOnlyList<string> asked))
                return Unavailable();

            long askedAt = _shard.Time.GetTimestamp();
            TokenRead read;
            try
            {
                read = lease is { } length
                    ? await _shard.Node.ReadForLoadAsync(_key, asked, length, this, cancellation).ConfigureAwait(false)
                    : await PeekAsync(asked, cancellation).ConfigureAwait(false);
            }
            catch (NodeException failure)
            {
                _shard.LoadFailed(CacheOperation.Get, _key, failure);
                if (!isAgain && await _shard.IsBackAsync(failure, cancellation).ConfigureAwait(false))
                    continue;
                return LoadState.Unavailable;
            }
            catch (ObjectDisposedException)
            {
                // The cache is going, and the load is not.
                return LoadState.Unavailable;
            }

            // Opened by what was believed before: that must have been right. A later generation in an entry is one to be learnt.
            bool isRight = _confirms
                ? _shard.Guard.Confirm(_record, _epoch, askedAt) && _shard.Guard.Generation == _generation
                : _shard.Guard.IsCurrent(_epoch) && (_isOpened || read.State != TokenState.Value || _shard.Guard.IsFresh);
            if (isRight)
                return Judge(read);
            if (read.State == TokenState.Won)
                _asked = read.Token;
            if (isAgain)
                return Unavailable();
        }
    }

    /// <summary>Takes the lease, if what was read before is still there, or nothing is.</summary>
    /// <remarks>Not to be cancelled: the lease might be taken all the same, by nobody who knows of it.</remarks>
    public async ValueTask<LoadState> LeaseAsync(TimeSpan lease)
    {
        _keyIndex = 0;
        _confirms = false;
        _isOpened = false;
        _sink.Begin(readsOthers: false);
        ulong stamp = _shard.NextStamp();
        TokenRead read;
        try
        {
            read = await _shard.Node.LeaseAsync(_key, new LeaseTerms(_generation, stamp, Token, lease), this, CancellationToken.None).ConfigureAwait(false);
        }
        catch (NodeException failure)
        {
            // The placeholder may be there all the same; its stamp tells that it is ours.
            _asked = stamp;
            _shard.LoadFailed(CacheOperation.Lease, _key, failure);
            return LoadState.Unavailable;
        }
        catch (ObjectDisposedException)
        {
            return LoadState.Unavailable;
        }

        _shard.Answered(CacheOperation.Lease, CacheOutcome.Ok);
        return _shard.Guard.IsCurrent(_epoch) ? Judge(read, counts: false) : LoadState.Unavailable;
    }

    /// <summary>
    /// Makes ready to take a lease on a key that serves for nothing else, in place of one that was read.
    /// </summary>
    public KeyLoad Beside(string key, IEntrySink sink) => new(key, _shard, next: null, sink)
    {
        _epoch = _epoch,
        _generation = _generation,
        _isGuest = _isGuest,
    };

    void IStoredReader.Read(int index, ReadOnlySpan<byte> stored)
    {
        if (index != _keyIndex)
        {
            if (_confirms && index == 0)
                _record = stored.ToArray();
            else
                _sink.Other(_confirms ? index - 1 : index, stored);
            return;
        }

        if (!_shard.TryUnpack(_key, stored, out OpenedEntry opened)
            || opened.IsGuest != _isGuest
            || !_shard.Guard.MayRead(_epoch, opened.Generation, opened.Stamp))
            return;
        _isOpened = true;
        _sink.Entry(stored.Slice(opened.Annex.Offset, opened.Annex.Length), stored[opened.ValueOffset..], opened.ServersDeadline);
    }

    private async ValueTask<TokenRead> PeekAsync(IReadOnlyList<string> asked, CancellationToken cancellation)
    {
        await _shard.Node.GetManyAsync([.. asked, _key], this, cancellation).ConfigureAwait(false);
        return new TokenRead(_isOpened ? TokenState.Value : TokenState.Absent);
    }

    private bool TryBegin(IReadOnlyList<string> others, out IReadOnlyList<string> asked)
    {
        asked = others;
        NodeGuard guard = _shard.Guard;

        // The hints before the gate: who gives hints up closes it first.
        if (IsQuarantined(others) || !guard.IsServing)
            return false;
        Token = 0;
        _confirms = !guard.IsFresh;
        _epoch = _shard.Node.Epoch;
        _generation = guard.Generation;
        if (_confirms)
            asked = [GenerationRecord.Key, .. others];
        _keyIndex = asked.Count;
        _isOpened = false;
        _record = null;
        _sink.Begin(readsOthers: true);
        return true;
    }

    // Of the others too: a version that this client has removed, and the node has yet, is none.
    private bool IsQuarantined(IReadOnlyList<string> others)
    {
        if (!_shard.Guard.HasHints)
            return false;
        bool isQuarantined = _shard.Guard.IsQuarantined(_key);
        for (int i = 0; i < others.Count && !isQuarantined; i++)
            isQuarantined = _shard.Guard.IsQuarantined(others[i]);
        return isQuarantined;
    }

    private LoadState Judge(TokenRead read, bool counts = true)
    {
        if (counts)
            _shard.Answered(CacheOperation.Get, _isOpened ? CacheOutcome.Hit : CacheOutcome.Miss);
        Left = read.Left;
        bool isOurs = read.State == TokenState.Held && read.Token == _asked && _asked != 0;
        Token = read.Token;
        return read.State switch
        {
            TokenState.Won => LoadState.Won,
            TokenState.Held => isOurs ? LoadState.Won : LoadState.Held,
            _ => _isOpened ? LoadState.Value : LoadState.Nothing,
        };
    }

    private LoadState Unavailable()
    {
        if (!_shard.Guard.IsServing)
            _shard.NotCalled(CacheOperation.Get, _shard.Reason(), keys: 1);
        return LoadState.Unavailable;
    }
}
