using CacheRing.Failover;
using CacheRing.Testing.History;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CacheRing.HistoryClient;

/// <summary>The cache as the settings of the run describe it, registered as an app does.</summary>
internal static class CacheSetup
{
    public static ServiceProvider Build(HistoryClientSettings settings)
    {
        ServiceCollection services = new();

        // Standard output is for the run; what is logged is shown when it fails.
        services.AddLogging(static builder => builder
            .SetMinimumLevel(LogLevel.Information)
            .AddFilter("Polly", LogLevel.Warning)
            .AddSimpleConsole(static console => console.SingleLine = true)
            .AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        if (settings.ClockSkewMilliseconds != 0)
            services.AddSingleton<TimeProvider>(new SkewedTime(TimeSpan.FromMilliseconds(settings.ClockSkewMilliseconds)));
        services.AddShardedCache(options => Configure(options, settings));
        return services.BuildServiceProvider();
    }

    private static void Configure(ShardedCacheOptions options, HistoryClientSettings settings)
    {
        options.InstanceName = settings.InstanceName;
        foreach (string endpoint in settings.Endpoints)
            options.Nodes.Add(new NodeOptions { Name = $"node-{options.Nodes.Count}", Endpoint = endpoint });
        new ConfigurationBuilder().AddInMemoryCollection(settings.Failover!).Build().Bind(options.Failover);
        if (settings.Without is { } protection)
            options.Failover.Protections &= ~Enum.Parse<Protections>(protection);
    }
}
