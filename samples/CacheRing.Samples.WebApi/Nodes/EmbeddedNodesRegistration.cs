using CacheRing.Samples.EmbeddedRedis;

namespace CacheRing.Samples.WebApi.Nodes;

/// <summary>Decides whose servers the app uses: the configured ones, else three of its own.</summary>
internal static class EmbeddedNodesRegistration
{
    public const string NodesSection = $"{ShardedCacheOptions.SectionName}:{nameof(ShardedCacheOptions.Nodes)}";

    private const int Count = 3;

    public static void UseEmbeddedNodesUnlessConfigured(this WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetSection(NodesSection).GetChildren().Any())
            return;

        EmbeddedNodes nodes = new(EmbeddedRedisServers.Start(Count));
        builder.Configuration.AddInMemoryCollection(nodes.AsConfiguration());

        // By a factory, so that the container disposes it.
        builder.Services.AddSingleton(_ => nodes);
        builder.Services.AddHostedService(static services => services.GetRequiredService<EmbeddedNodes>());
    }
}
