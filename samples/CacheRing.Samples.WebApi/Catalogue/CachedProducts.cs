using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>What a read found, whether the cache had it, and which node the key belongs to.</summary>
internal readonly record struct ProductRead(Product? Product, bool IsHit, string Node);

/// <summary>
/// Cache-aside by hand, as an app on any <see cref="IDistributedCache"/> does it; only the name of the node is CacheRing's own.
/// <para>
/// A read that began before a change may store what it read after the change removed the entry. The five minutes bound that.
/// </para>
/// </summary>
internal sealed class CachedProducts
{
    private static readonly DistributedCacheEntryOptions FiveMinutes = new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5) };

    private readonly IShardedCache _cache;
    private readonly ProductStore _store;

    public CachedProducts(IShardedCache cache, ProductStore store)
    {
        _cache = cache;
        _store = store;
    }

    public static string KeyOf(int id) => string.Create(CultureInfo.InvariantCulture, $"product:{id}");

    public async Task<ProductRead> ReadAsync(int id, CancellationToken token)
    {
        string key = KeyOf(id);
        string node = _cache.Locate(key).Owner;
        if (await _cache.GetAsync(key, token) is { } bytes)
            return new ProductRead(JsonSerializer.Deserialize(bytes, ProductJson.Default.Product), IsHit: true, node);

        Product? product = await _store.FindAsync(id, token);
        if (product is not null)
            await _cache.SetAsync(key, JsonSerializer.SerializeToUtf8Bytes(product, ProductJson.Default.Product), FiveMinutes, token);
        return new ProductRead(product, IsHit: false, node);
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
    private Task ForgetAsync(int id) => _cache.RemoveAsync(KeyOf(id), CancellationToken.None);
}
