using System.Globalization;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>What a read found, whether the cache had it, and which node the key belongs to.</summary>
internal readonly record struct ProductRead(Product? Product, bool IsHit, string Node);

/// <summary>
/// Products behind a cache that hides the database. Reads are read-through: however many ask for a product that is not there, of
/// however many instances, one asks the database. Changes are write-through: the database first, then the cache, so that
/// nobody reads an old price afterwards. Only the name of the node is for the show.
/// </summary>
internal sealed class CachedProducts
{
    /// <summary>The first part of every key.</summary>
    public const string Name = "product";

    private readonly IReadThroughCache<int, Product> _products;
    private readonly IWriteThroughCache<int, Product> _changes;
    private readonly IShardedCache _nodes;
    private readonly ProductStore _store;

    public CachedProducts(IReadThroughCache<int, Product> products, IWriteThroughCache<int, Product> changes, IShardedCache nodes, ProductStore store)
    {
        _products = products;
        _changes = changes;
        _nodes = nodes;
        _store = store;
    }

    public static string KeyOf(int id) => string.Create(CultureInfo.InvariantCulture, $"{Name}:{id}");

    public async Task<ProductRead> ReadAsync(int id, CancellationToken token)
    {
        LoadNote note = LoadNote.Begin();
        CacheLookup<Product> found = await _products.GetAsync(id, token);
        return new ProductRead(found.ValueOrDefault, IsHit: !note.HasLoaded, _nodes.Locate(KeyOf(id)).Owner);
    }

    /// <summary>Changes a product; false if there is none.</summary>
    public async Task<bool> ChangeAsync(Product product)
    {
        if (!_store.Has(product.Id))
            return false;

        // Without the request's token: a client that hangs up has changed the price all the same.
        await _changes.SetAsync(product.Id, product, CancellationToken.None);
        return true;
    }

    /// <summary>Deletes a product; false if there is none.</summary>
    public async Task<bool> DeleteAsync(int id)
    {
        if (!_store.Has(id))
            return false;
        await _changes.RemoveAsync(id, CancellationToken.None);
        return true;
    }
}
