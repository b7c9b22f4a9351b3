using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>Registers the catalogue.</summary>
internal static class CatalogueServices
{
    private static readonly ShardedHybridCacheEntryOptions FiveMinutes = new()
    {
        Expiration = TimeSpan.FromMinutes(5),

        // Products that were stored together do not expire together.
        ExpirationJitter = 0.1,
    };

    public static IShardedCacheBuilder AddCatalogue(this IShardedCacheBuilder cache)
    {
        IServiceCollection services = cache.Services;
        services.AddOptions<CatalogueOptions>()
            .BindConfiguration(CatalogueOptions.SectionName)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<CatalogueDatabase>();
        services.AddSingleton<ProductStore>();
        services.AddSingleton<CachedProducts>();
        services.AddHostedService<CatalogueSeed>();
        services.AddHostedService<CacheWarmer>();

        // Read-through as well: a write-through cache is both.
        return cache.AddWriteThrough<int, Product, ProductStore>(CachedProducts.Name, static options => options.Entry = FiveMinutes);
    }
}
