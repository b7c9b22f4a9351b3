using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>Registers the catalogue.</summary>
internal static class CatalogueServices
{
    public static void AddCatalogue(this IServiceCollection services)
    {
        services.AddOptions<CatalogueOptions>()
            .BindConfiguration(CatalogueOptions.SectionName)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<CatalogueDatabase>();
        services.AddSingleton<ProductStore>();
        services.AddSingleton<CachedProducts>();
        services.AddHostedService<CatalogueSeed>();
    }
}
