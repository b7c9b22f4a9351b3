using CacheRing.Failover;
using CacheRing.Testing.Loads;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CacheRing.LoadClient;

/// <summary>The cache as the settings of the run describe it, registered as an app does.</summary>
internal static class CacheSetup
{
    /// <summary>The name of the write-through cache.</summary>
    public const string Through = "through";

    public static ServiceProvider Build(LoadClientSettings settings, Database database)
    {
        ServiceCollection services = new();

        // Standard output is for the run; what is logged is shown when it fails.
        services.AddLogging(static builder => builder
            .SetMinimumLevel(LogLevel.Information)
            .AddFilter("Polly", LogLevel.Warning)
            .AddSimpleConsole(static console => console.SingleLine = true)
            .AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        services
            .AddShardedCache(options => Configure(options, settings))
            .AddShardedHybridCache(options =>
            {
                options.LocalCache.IsEnabled = settings.KeepsLocally;
                options.DefaultEntryOptions = new()
                {
                    LeaseDuration = TimeSpan.FromMilliseconds(settings.LeaseMilliseconds),

                    // Who waits for another's load is to be seen to wait.
                    LeaseWait = TimeSpan.FromMinutes(1),
                };
            })
            .AddWriteThrough<int, long, DatabaseStore>(
                Through, options => options.AfterWrite = settings.LeavesNothing ? WriteThroughMode.Remove : WriteThroughMode.Update);
        services.AddSingleton(database);
        return services.BuildServiceProvider();
    }

    private static void Configure(ShardedCacheOptions options, LoadClientSettings settings)
    {
        options.InstanceName = "l:";
        foreach (string endpoint in settings.Endpoints)
            options.Nodes.Add(new NodeOptions { Name = $"node-{options.Nodes.Count}", Endpoint = endpoint });
        new ConfigurationBuilder().AddInMemoryCollection(settings.Failover!).Build().Bind(options.Failover);
        if (settings.Without is { } protection)
            options.Failover.Protections &= ~Enum.Parse<Protections>(protection);
    }
}
