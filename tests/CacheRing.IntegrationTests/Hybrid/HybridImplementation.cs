using CacheRing.Testing;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>An implementation of <see cref="HybridCache"/>, and the storage that all apps share which use it.</summary>
internal abstract class HybridImplementation : IAsyncDisposable
{
    /// <summary>Whether apps keep values in the process too.</summary>
    public abstract bool HasLocalCache { get; }

    /// <summary>Adds the cache to an app.</summary>
    public abstract void Register(IServiceCollection services, HybridLimits limits);

    /// <summary>Adds the cache under a key.</summary>
    public abstract void RegisterKeyed(IServiceCollection services, object key);

    /// <summary>Adds the cache to an app that has no storage outside its process.</summary>
    public abstract void RegisterAlone(IServiceCollection services);

    /// <summary>Whether anything is stored under a key, outside the apps.</summary>
    public abstract Task<bool> IsStoredAsync(string key);

    /// <summary>Takes a key from the storage behind the apps' backs, as an eviction does.</summary>
    public abstract Task EvictAsync(string key);

    /// <summary>Keys of which each is kept by another part of the storage.</summary>
    public abstract IEnumerable<string> ProbeKeys(IServiceProvider services);

    public abstract ValueTask DisposeAsync();

    /// <summary>Starts an app, and waits until what it stores is kept in all places.</summary>
    public async Task<HybridClient> StartAsync(HybridLimits? limits = null, Action<IServiceCollection>? add = null)
    {
        HybridClient app = new(services =>
        {
            Register(services, limits ?? new());
            add?.Invoke(services);
        });
        foreach (string key in ProbeKeys(app.Services))
            await Poll.UntilAsync(() => IsKeptAsync(app, key), "an app to keep what it stores");
        return app;
    }

    private async Task<bool> IsKeptAsync(HybridClient app, string key)
    {
        await app.Cache.SetAsync(key, 1, new() { Flags = HybridCacheEntryFlags.None });
        if (!await IsStoredAsync(key))
            return false;
        await EvictAsync(key);
        return !HasLocalCache || await app.PeekAsync<int>(key) == 1;
    }
}

/// <summary>What an app sets for all its entries; null: the implementation's defaults.</summary>
internal sealed record HybridLimits(HybridCacheEntryOptions? Defaults = null, int? LongestKey = null, int? LargestValue = null);
