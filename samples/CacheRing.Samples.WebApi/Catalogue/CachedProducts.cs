using System.Globalization;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>What a read found, whether the cache had it, and which node the key belongs to.</summary>
internal readonly record struct ProductRead(Product? Product, bool IsHit, string Node);

/// <summary>
/// Cache-aside through HybridCache: however many ask for a product that is not there, of however many instances, one asks the
/// database; and what was changed while it was being read is not stored. Only the name of the node is CacheRing's own.
/// </summary>
internal sealed class CachedProducts
{
    private static readonly ShardedHybridCacheEntryOptions FiveMinutes = new()
    {
        Expiration = TimeSpan.FromMinutes(5),

        // Products that were stored together do not expire together.
        ExpirationJitter = 0.1,

        // Not remembered, so that a product is found as soon as it is there.
        NotFoundExpiration = TimeSpan.Zero,
    };

    private readonly ShardedHybridCache _cache;
    private readonly IShardedCache _nodes;
    private readonly ProductStore _store;

    public CachedProducts(ShardedHybridCache cache, IShardedCache nodes, ProductStore store)
    {
        _cache = cache;
        _nodes = nodes;
        _store = store;
    }

    public static string KeyOf(int id) => string.Create(CultureInfo.InvariantCulture, $"product:{id}");

    public async Task<ProductRead> ReadAsync(int id, CancellationToken token)
    {
        string key = KeyOf(id);
        Load load = new(_store, id);
        Product? product = await _cache.GetOrCreateAsync(key, load, static (load, token) => load.RunAsync(token), FiveMinutes, cancellationToken: token);
        return new ProductRead(product, IsHit: !load.HasRun, _nodes.Locate(key).Owner);
    }

    /// <summary>Changes a product; false if there is none.</summary>
    public async Task<bool> ChangeAsync(Product product)
    {
        bool changed = _store.Update(product);
        await ForgetAsync(product.Id);
        return changed;
    }

    /// <summary>Deletes a product; false if there is none.</summary>
    public async Task<bool> DeleteAsync(int id)
    {
        bool deleted = _store.Delete(id);
        await ForgetAsync(id);
        return deleted;
    }

    // After the store, so that no read fills the cache with what is about to change; and without the request's token, so that
    // a client that hangs up leaves no old value behind.
    private async Task ForgetAsync(int id) => await _cache.RemoveAsync(KeyOf(id), CancellationToken.None);

    /// <summary>Asks the database, and remembers that it did.</summary>
    private sealed class Load(ProductStore store, int id)
    {
        public bool HasRun { get; private set; }

        public async ValueTask<Product?> RunAsync(CancellationToken token)
        {
            HasRun = true;
            return await store.FindAsync(id, token);
        }
    }
}
