using CacheRing.Samples.WebApi.Catalogue;
using Microsoft.Extensions.Options;

namespace CacheRing.Samples.WebApi.Views;

/// <summary>Registers the counters: write-behind, with a journal beside the database.</summary>
internal static class ViewServices
{
    public static IShardedCacheBuilder AddViews(this IShardedCacheBuilder cache)
    {
        cache.Services.AddOptions<ViewOptions>()
            .BindConfiguration(ViewOptions.SectionName)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        cache.Services.AddSingleton<ViewStore>();
        cache.Services.AddSingleton<ViewCounter>();
        cache.AddWriteBehind<ViewKey, long, ViewStore>("views");
        cache.Services.AddOptions<WriteBehindOptions>("views").Configure<IOptions<ViewOptions>, CatalogueDatabase>(static (options, views, database) =>
        {
            options.BatchDelay = views.Value.Delay;
            options.UseJournal(database.JournalDirectory);
        });
        return cache;
    }
}
