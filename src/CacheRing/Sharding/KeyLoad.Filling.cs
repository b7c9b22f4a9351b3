using System.Buffers;
using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Failover;
using CacheRing.Nodes;

namespace CacheRing.Sharding;

/// <content>What is done with a token: a fill, a renewal, giving it up.</content>
internal sealed partial class KeyLoad
{
    /// <summary>Stores what was loaded, if the key still has the token.</summary>
    public async ValueTask<FillOutcome> FillAsync(
        ReadOnlySequence<byte> value, EntryLifetime lifetime, ReadOnlyMemory<byte> annex, CancellationToken cancellation)
    {
        if (Token == 0 && _shard.Guard.Has(Protections.Tokens))
            return FillOutcome.Refused;
        if (!_shard.Guard.CanWrite(_key) || MayBeAnothers)
            return FillOutcome.Dropped;
        if (_isGuest)
            lifetime = _shard.AsGuest(lifetime);
        PooledEntry entry = _shard.Encode(_key, value, lifetime, _generation, _isGuest, annex.Span);
        TimeSpan? timeToLive = lifetime.TimeToLive(_shard.Time.GetUtcNow());
        try
        {
            bool isStored = await StoreAsync(entry, timeToLive, cancellation).ConfigureAwait(false);
            _shard.Answered(CacheOperation.Fill, CacheOutcome.Ok);

            // An answer of a node that was replaced since the miss says nothing, and in another generation nobody can read it.
            return !isStored ? FillOutcome.Refused
                : _shard.Guard.IsCurrent(_epoch) && _shard.Guard.Generation == _generation ? FillOutcome.Stored
                : FillOutcome.Dropped;
        }
        catch (NodeException failure)
        {
            _shard.LoadFailed(CacheOperation.Fill, _key, failure);
            return FillOutcome.Dropped;
        }
        catch (ObjectDisposedException)
        {
            // The cache is going. Whoever waits for what was loaded gets it all the same.
            return FillOutcome.Dropped;
        }
    }

    /// <summary>Prolongs the lease; false when it is lost.</summary>
    public async ValueTask<bool> RenewAsync(TimeSpan lease, CancellationToken cancellation)
    {
        if (MayBeAnothers)
            return false;
        try
        {
            ulong renewed = await _shard.Node.RenewAsync(_key, Token, lease, cancellation).ConfigureAwait(false);

            // A lease that is lost stays lost, but its token is one that is refused.
            if (renewed != 0)
                Token = renewed;
            return renewed != 0;
        }
        catch (NodeException failure)
        {
            // It may live yet.
            _shard.LoadFailed(CacheOperation.Lease, _key, failure);
            return true;
        }
    }

    /// <summary>Gives the lease up, so that another need not wait for its end. Never throws.</summary>
    public async ValueTask GiveUpAsync()
    {
        if (Token == 0 || !_shard.Guard.IsServing || MayBeAnothers)
            return;
        try
        {
            await _shard.Node.GiveUpAsync(_key, Token, CancellationToken.None).ConfigureAwait(false);
        }
        catch (NodeException failure)
        {
            _shard.LoadFailed(CacheOperation.Lease, _key, failure);
        }
        catch (ObjectDisposedException)
        {
            // The cache is going; the lease ends by itself.
        }
    }

    // Numbers that begin anew with the server's process: on another connection they may be another item's.
    private bool MayBeAnothers => _shard.Node.Traits.RenewalChangesToken && !_shard.Guard.IsCurrent(_epoch);

    // The tests take the rule out, to see that its absence is found.
    private async Task<bool> StoreAsync(PooledEntry entry, TimeSpan? timeToLive, CancellationToken cancellation)
    {
        if (_shard.Guard.Has(Protections.Tokens))
            return await _shard.Node.FillAsync(_key, Token, entry, timeToLive, cancellation).ConfigureAwait(false);
        NodeException?[] failures = await _shard.Node.SetManyAsync([new NodeWrite(_key, entry, timeToLive)], cancellation).ConfigureAwait(false);
        return failures[0] is null ? true : throw failures[0]!;
    }
}
