using System.Diagnostics;
using System.Globalization;
using CacheRing.Testing;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.Benchmarks.Studies;

/// <content>
/// Servers that are full all the time: how much of a stream of reads, which stores what it misses, is served. The record of a node's
/// generation lies among what the server takes away.
/// </content>
internal sealed partial class Study
{
    private const int EvictKeys = 26_000;
    private const int EvictReadsPerSecond = 5_000;
    private const int EvictBytes = 500;

    private async Task EvictAsync()
    {
        int seconds = Math.Max(2, _settings.Many(30));
        foreach (string policy in (string[])["allkeys-random", "allkeys-lru"])
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"\nFull servers of 10 MB, {policy}: {EvictKeys:N0} keys of {EvictBytes} bytes, {EvictReadsPerSecond:N0} reads/s that store what they miss, {seconds} s"));
            RedisServerOptions full = new() { MaxMemory = "10mb", MaxMemoryPolicy = policy };
            await using RedisServer own = await RedisServer.StartAsync(full);
            await using RedisServer peer = await RedisServer.StartAsync(full);
            ServiceCollection single = new();
            single.AddStackExchangeRedisCache(options => options.Configuration = FormattableString.Invariant($"127.0.0.1:{peer.Port}"));
            await using ServiceProvider services = single.BuildServiceProvider();
            ServiceCollection ring = new();
            ring.AddShardedCache(options => options.Nodes.Add(new NodeOptions { Name = "cache-1", Endpoint = own.Endpoint }));
            await using ServiceProvider ringServices = ring.BuildServiceProvider();
            double[][] hits = await Task.WhenAll(
                StreamAsync(ringServices.GetRequiredService<IDistributedCache>(), seconds),
                StreamAsync(services.GetRequiredService<IDistributedCache>(), seconds));
            foreach ((string name, double[] each) in ((string, double[])[])[("CacheRing", hits[0]), ("RedisCache", hits[1])])
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {name,-12} hits {each.Average(),6:P1}   worst second {each.Min(),6:P1}"));
            }
        }

        await TagsOnFullServersAsync();
    }

    /// <summary>How often the versions of tags that are in use are lost on a full server, and what that costs.</summary>
    private async Task TagsOnFullServersAsync()
    {
        const int Tags = 20;
        int seconds = Math.Max(2, _settings.Many(20));
        foreach (string policy in (string[])["allkeys-lru", "allkeys-random"])
        {
            await using RedisServer server = await RedisServer.StartAsync(new() { MaxMemory = "10mb", MaxMemoryPolicy = policy });
            ServiceCollection ring = new();
            ring.AddShardedCache(options => options.Nodes.Add(new NodeOptions { Name = "cache-1", Endpoint = server.Endpoint })).AddShardedHybridCache();
            await using ServiceProvider services = ring.BuildServiceProvider();
            ShardedHybridCache hybrid = services.GetRequiredService<ShardedHybridCache>();
            byte[] value = new byte[EvictBytes];
            int loads = 0, calls = 0, looks = 0, missing = 0, all = 0;
#pragma warning disable CA5394 // No secret depends on it.
            Random random = new(1);
            Stopwatch watch = Stopwatch.StartNew();
            while (watch.Elapsed < TimeSpan.FromSeconds(seconds))
            {
                int[] keys = [.. Enumerable.Range(0, 100).Select(_ => random.Next(EvictKeys))];
#pragma warning restore CA5394
                await Task.WhenAll(keys.Select(async key =>
                {
                    Interlocked.Increment(ref calls);
                    await hybrid.GetOrCreateAsync(
                        string.Create(CultureInfo.InvariantCulture, $"key-{key}"),
                        _ =>
                        {
                            Interlocked.Increment(ref loads);
                            return new ValueTask<byte[]>(value);
                        },
                        tags: [string.Create(CultureInfo.InvariantCulture, $"tag-{key % Tags}")]);
                }));
                TimeSpan due = TimeSpan.FromSeconds((double)(all += keys.Length) / EvictReadsPerSecond) - watch.Elapsed;
                if (due > TimeSpan.Zero)
                    await Task.Delay(due);
                if (watch.Elapsed < TimeSpan.FromSeconds(seconds / 2.0))
                {
                    loads = calls = 0;
                    continue;
                }

                looks++;
                missing += Tags - int.Parse(
                    await server.ExecuteAsync(["EXISTS", .. Enumerable.Range(0, Tags).Select(tag => string.Create(CultureInfo.InvariantCulture, $"cr:tag:tag-{tag}"))]), CultureInfo.InvariantCulture);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  hybrid, tags, {policy,-15} hits {1 - ((double)loads / Math.Max(1, calls)),6:P1} of {calls:N0} calls; of {Tags} versions in use {(double)missing / Math.Max(1, looks):N2} were missing at a look"));
        }
    }

    /// <returns>The hits of each second, after the first third in which the server fills.</returns>
    private static async Task<double[]> StreamAsync(IDistributedCache cache, int seconds)
    {
        const int Ticks = 50;
#pragma warning disable CA5394 // The same stream for both.
        Random random = new(1);
        byte[] value = new byte[EvictBytes];
        List<double> hits = [];
        Stopwatch watch = Stopwatch.StartNew();
        for (int second = 0; second < seconds; second++)
        {
            int found = 0;
            for (int tick = 0; tick < Ticks; tick++)
            {
                string[] keys = [.. Enumerable.Range(0, EvictReadsPerSecond / Ticks).Select(_ => string.Create(CultureInfo.InvariantCulture, $"key-{random.Next(EvictKeys)}"))];
#pragma warning restore CA5394
                await Task.WhenAll(keys.Select(async key =>
                {
                    if (await cache.GetAsync(key) is not null)
                        Interlocked.Increment(ref found);
                    else
                        await cache.SetAsync(key, value, new());
                }));
                TimeSpan due = TimeSpan.FromSeconds(second + ((tick + 1.0) / Ticks)) - watch.Elapsed;
                if (due > TimeSpan.Zero)
                    await Task.Delay(due);
            }

            if (second >= seconds / 3)
                hits.Add((double)found / EvictReadsPerSecond);
        }

        return [.. hits];
    }
}
