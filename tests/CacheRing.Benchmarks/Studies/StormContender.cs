using System.Diagnostics;
using System.Globalization;
using CacheRing.Testing;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.Benchmarks.Studies;

/// <summary>A HybridCache over servers that are well, behind a line that can be slowed down or cut, and all that it loads.</summary>
internal sealed class StormContender : IAsyncDisposable
{
    private static readonly HybridCacheEntryOptions Remote = new()
    {
        Expiration = TimeSpan.FromMinutes(30),
        Flags = HybridCacheEntryFlags.DisableLocalCache,
    };

    private readonly string _name;
    private readonly FaultProxy[] _lines;
    private readonly ServiceProvider _services;
    private readonly HybridCache _hybrid;
    private int _loads;
    private int _ejections;
    private long _longest;
    private int _valueBytes = 1024;

    private StormContender(string name, FaultProxy[] lines, ServiceProvider services)
    {
        _name = name;
        _lines = lines;
        _services = services;
        _hybrid = services.GetRequiredService<HybridCache>();
        Cache = services.GetService<IShardedCache>();
        Cache?.NodeHealthChanged += (_, change) =>
        {
            if (change.Current == NodeHealth.Ejected)
                Interlocked.Increment(ref _ejections);
        };
    }

    /// <summary>The cache beneath, if it is ours.</summary>
    public IShardedCache? Cache { get; }

    /// <param name="endpoints">The servers.</param>
    /// <param name="hasLines">Whether there are lines between; they need threads of this process, and so are no part of a test of a busy one.</param>
    public static StormContender Own(IReadOnlyList<string> endpoints, bool hasLines)
    {
        FaultProxy[] lines = hasLines
            ? [.. endpoints.Select(static endpoint => new Uri(endpoint)).Select(static server => FaultProxy.Start(server.Host, server.Port))]
            : [];
        ServiceCollection services = new();
        services.AddShardedCache(options =>
        {
            options.MaxValueBytes = 16 * 1024 * 1024;
            for (int i = 0; i < endpoints.Count; i++)
            {
                options.Nodes.Add(new NodeOptions
                {
                    Name = $"cache-{i + 1}",
                    Endpoint = hasLines ? FormattableString.Invariant($"{new Uri(endpoints[i]).Scheme}://127.0.0.1:{lines[i].Port}") : endpoints[i],
                });
            }
        }).AddShardedHybridCache();
        return new StormContender("CacheRing", lines, services.BuildServiceProvider());
    }

    public static StormContender Microsoft(RedisServer server, bool hasLines)
    {
        FaultProxy[] lines = hasLines ? [FaultProxy.Start(server.Host, server.Port)] : [];
        ServiceCollection services = new();
        services.AddStackExchangeRedisCache(options =>
        {
            options.Configuration = FormattableString.Invariant($"127.0.0.1:{(hasLines ? lines[0].Port : server.Port)}");
            options.InstanceName = "peer:";
        });
        services.AddHybridCache(static options => options.MaximumPayloadBytes = 16 * 1024 * 1024);
        return new StormContender("HybridCache, Redis", lines, services.BuildServiceProvider());
    }

    public void Slow(double bytesPerSecond)
    {
        const int Piece = 64 * 1024;
        foreach (FaultProxy line in _lines)
            line.Trickle(Piece, TimeSpan.FromSeconds(Piece / bytesPerSecond));
    }

    public void Heal()
    {
        foreach (FaultProxy line in _lines)
            line.Heal();
    }

    public void Cut()
    {
        foreach (FaultProxy line in _lines)
            line.Reset();
    }

    /// <summary>Has keys in the cache, each with a value of so many bytes.</summary>
    public async Task<string[]> WarmAsync(string prefix, int count, int valueBytes)
    {
        _valueBytes = valueBytes;
        string[] keys = [.. Enumerable.Range(0, count).Select(i => $"{prefix}-{i}")];
        foreach (string key in keys)
            await GetAsync(key);
        return keys;
    }

    public async Task GetAsync(string key)
    {
        long begun = Stopwatch.GetTimestamp();
        await _hybrid.GetOrCreateAsync(key, this, static (own, _) => own.LoadAsync(), Remote);
        long took = Stopwatch.GetTimestamp() - begun;
        for (long longest = Volatile.Read(ref _longest); took > longest; longest = Volatile.Read(ref _longest))
            Interlocked.CompareExchange(ref _longest, took, longest);
    }

    public async Task ReportAsync(string situation, Func<Task> run, int expectedLoads = 0)
    {
        _loads = _ejections = 0;
        _longest = 0;
        await run();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {_name,-22} {situation,-70} loads {_loads - expectedLoads,7:N0}   given up {_ejections,4:N0}   longest {_longest * 1000.0 / Stopwatch.Frequency,8:N0} ms"));
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        foreach (FaultProxy line in _lines)
            await line.DisposeAsync();
    }

    private ValueTask<byte[]> LoadAsync()
    {
        Interlocked.Increment(ref _loads);
        return new ValueTask<byte[]>(new byte[_valueBytes]);
    }
}
