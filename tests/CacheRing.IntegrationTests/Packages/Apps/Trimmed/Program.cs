using System.Text.Json.Serialization;
using CacheRing;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// Each part of the packages once, in an app from which everything unused was cut. It prints a line for each, and fails by an exception.
HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
IShardedCacheBuilder sharded = builder.Services.AddShardedCache();
sharded.AddShardedHybridCache(static options => options.JsonSerializerOptions = new() { TypeInfoResolver = Types.Default });
sharded.AddWriteBehind<int, Views, ViewStore>("views", options => options.UseJournal(args[0]));
using IHost host = builder.Build();
await host.StartAsync();

IDistributedCache cache = host.Services.GetRequiredService<IDistributedCache>();
await cache.SetStringAsync("plain", "a value");
Console.WriteLine($"cache: {await cache.GetStringAsync("plain")}");

HybridCache hybrid = host.Services.GetRequiredService<HybridCache>();
Views loaded = await hybrid.GetOrCreateAsync("hybrid", static _ => ValueTask.FromResult(new Views(7)), tags: ["a tag"]);
await hybrid.RemoveByTagAsync("a tag");
Console.WriteLine($"hybrid: {loaded.Count}, then {(await hybrid.GetOrCreateAsync("hybrid", static _ => ValueTask.FromResult(new Views(8)))).Count}");

IWriteBehindCache<int, Views> views = host.Services.GetRequiredService<IWriteBehindCache<int, Views>>();
await views.SetAsync(1, new Views(42));
await views.FlushAsync();
Console.WriteLine($"write-behind: {ViewStore.Stored[1].Count}, cached {(await views.GetAsync(1)).Value.Count}");
await host.StopAsync();

internal sealed record Views(long Count);

[JsonSerializable(typeof(Views))]
[JsonSerializable(typeof(int))] // The keys that the journal writes.
internal sealed partial class Types : JsonSerializerContext;

internal sealed class ViewStore : ICacheStore<int, Views>
{
    public static Dictionary<int, Views> Stored { get; } = [];

    public ValueTask<CacheLookup<Views>> LoadAsync(int key, CancellationToken cancellationToken) =>
        new(Stored.TryGetValue(key, out Views? views) ? views : CacheLookup<Views>.NotFound);

    public ValueTask WriteAsync(IReadOnlyList<StoreWrite<int, Views>> writes, CancellationToken cancellationToken)
    {
        foreach (StoreWrite<int, Views> write in writes)
            Stored[write.Key] = write.Value!;
        return ValueTask.CompletedTask;
    }
}
