using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.Sessions;

/// <summary>
/// What ASP.NET Core's session has as its cache, for one request: it asks the node once, tells a failure from a miss, and tells of
/// a write that was not carried out.
/// </summary>
internal sealed class SessionCache : IDistributedCache
{
    private readonly IShardedCache _cache;
    private readonly SessionSlots _slots;
    private byte[]? _session;

    /// <param name="cache">The cache with the sessions.</param>
    /// <param name="sessionKey">The session's key.</param>
    /// <param name="isNew">Whether the request has brought none, so that nothing can be stored under it.</param>
    /// <param name="time">The clock.</param>
    public SessionCache(IShardedCache cache, string sessionKey, bool isNew, TimeProvider time)
    {
        _cache = cache;
        _slots = new SessionSlots(cache, sessionKey, time);
        IsLoaded = isNew;
    }

    public string Node => _slots.Node;

    /// <summary>Whether it is known what is stored.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Whether the session has lost something since it was loaded, which must not come back.</summary>
    public bool HasRemovals { get; set; }

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        if (!IsLoaded)
        {
            _session = await _slots.ReadAsync(token).ConfigureAwait(false);
            IsLoaded = true;
        }

        return _session;
    }

    // What was sent cannot be called back: only the wait for it ends.
    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        await _slots.WriteAsync(value, (slot, stored) => StoreAsync(slot, stored, options), HasRemovals).WaitAsync(token).ConfigureAwait(false);
        (_session, HasRemovals) = (value, false);
    }

    // Loading has prolonged it.
    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    public Task RemoveAsync(string key, CancellationToken token = default) => throw new NotSupportedException("ASP.NET Core removes no session.");

    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "ISession is synchronous.")]
    [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "ISession is synchronous.")]
    public byte[]? Get(string key) => GetAsync(key).GetAwaiter().GetResult();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException("A session is committed asynchronously.");

    public void Refresh(string key)
    {
    }

    public void Remove(string key) => throw new NotSupportedException("ASP.NET Core removes no session.");

    private async Task<bool> StoreAsync(string key, byte[] stored, DistributedCacheEntryOptions options)
    {
        if ((await _cache.SetManyAsync([KeyValuePair.Create(key, stored)], options).ConfigureAwait(false)).IsComplete)
            return true;

        // A node that is well has refused it. A single write says why, where trying again is of no use: it is too large.
        if (_cache.GetNodes().First(node => node.Name == Node) is { Health: NodeHealth.Healthy, QueuedKeys: 0 })
            await _cache.SetAsync(key, stored, options).ConfigureAwait(false);
        return false;
    }
}
