using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CacheRing.Samples.WebApi.Stats;

/// <summary>Registers what listens to the cache; from the start, as nobody is told later what it has missed.</summary>
internal static class StatsServices
{
    public static void AddStats(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ReadCounts>();
        services.AddSingleton<LoadCounts>();
        services.AddSingleton<SparedLoads>();
        services.AddSingleton<HealthLog>();
        services.AddHostedService(static provider => provider.GetRequiredService<ReadCounts>());
        services.AddHostedService(static provider => provider.GetRequiredService<LoadCounts>());
        services.AddHostedService(static provider => provider.GetRequiredService<HealthLog>());
    }
}
