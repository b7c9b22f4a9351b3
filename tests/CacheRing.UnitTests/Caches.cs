using CacheRing.Ring;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.UnitTests;

/// <summary>Caches and rings as a user makes them, on nodes inside the process.</summary>
internal static class Caches
{
    public static ServiceProvider Services(Action<ShardedCacheOptions> configure, TimeProvider? time = null)
    {
        ServiceCollection services = new();
        if (time is not null)
            services.AddSingleton(time);
        return services.AddShardedCache(configure).Services.BuildServiceProvider();
    }

    public static IShardedCache Cache(this ServiceProvider services) => services.GetRequiredService<IShardedCache>();

    public static void AddMemoryNodes(this ShardedCacheOptions options, int count, bool slots = false)
    {
        for (int i = 0; i < count; i++)
            options.Nodes.Add(new NodeOptions { Name = $"n{i}", Endpoint = "memory://", Slot = slots ? i : null });
    }

    public static RingMember[] Members(int count, bool slots = false) =>
        [.. Enumerable.Range(0, count).Select(i => new RingMember($"n{i}") { Slot = slots ? i : null })];
}
