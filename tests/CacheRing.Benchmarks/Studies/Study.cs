using CacheRing.Testing;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using StackExchange.Redis;

namespace CacheRing.Benchmarks.Studies;

/// <summary>
/// Three redis-servers and raw StackExchange.Redis on them, and a cache over the same
/// servers or over three of memcached. What needs more than a load to be seen.
/// </summary>
internal sealed partial class Study : IAsyncDisposable
{
    public static readonly string[] AllScenarios = ["ring", "many", "pipeline", "dead", "frozen", "storm", "evict", "l1", "l2", "xfetch", "queue", "journal", "through"];

    private const int Nodes = 3;
    private readonly StudySettings _settings;
    private readonly RedisFleet _servers;
    private readonly LoadNodes _nodes;
    private readonly ServiceProvider _services;
    private readonly ConnectionMultiplexer[] _multiplexers;
    private readonly IDatabase[] _raw;
    private readonly IShardedCache _cache;
    private readonly string[] _keys;
    private readonly RedisKey[] _rawKeys;
    private readonly byte[] _value;

    // A key is on the same node for all, or they would meet different queues.
    private readonly int[] _node;
    private readonly Dictionary<string, int> _places;

    private Study(StudySettings settings, RedisFleet servers, LoadNodes nodes, ConnectionMultiplexer[] multiplexers)
    {
        _settings = settings;
        _servers = servers;
        _nodes = nodes;
        _multiplexers = multiplexers;
        _raw = [.. multiplexers.Select(static multiplexer => multiplexer.GetDatabase())];
        _services = new ServiceCollection()
            .AddShardedCache(AddNodes)
            .Services.AddKeyedShardedCache("pipeline", options =>
            {
                AddNodes(options);
                options.Failover.ConfigurePipeline = static (pipeline, _) => pipeline.AddTimeout(TimeSpan.FromSeconds(1));
            })
            .Services.BuildServiceProvider();
        _cache = _services.GetRequiredService<IShardedCache>();
        _keys = [.. Enumerable.Range(0, StudySettings.Keys).Select(static i => $"catalogue:product:{i:D6}")];
        _rawKeys = [.. _keys.Select(static key => (RedisKey)$"raw:{key}")];
        _node = [.. _keys.Select(key => _cache.Locate(key).Owner[^1] - '1')];
        _places = _keys.Zip(_node).ToDictionary(static place => place.First, static place => place.Second);
        _value = new byte[settings.ValueBytes];
        new Random(1).NextBytes(_value);
    }

    private void AddNodes(ShardedCacheOptions options)
    {
        for (int i = 0; i < _nodes.Endpoints.Count; i++)
            options.Nodes.Add(new NodeOptions { Name = $"cache-{i + 1}", Endpoint = _nodes.Endpoints[i], Slot = i });
    }

    public static async Task<Study> StartAsync(StudySettings settings)
    {
        RedisFleet servers = await RedisFleet.StartAsync(Nodes);
        ConnectionMultiplexer[] multiplexers = await Task.WhenAll(
            servers.Select(static server => ConnectionMultiplexer.ConnectAsync($"{server.Host}:{server.Port}")));
        LoadNodes nodes = settings.Memcached ? await LoadNodes.StartMemcachedAsync(Nodes) : LoadNodes.Of(servers);
        Study bench = new(settings, servers, nodes, multiplexers);
        await bench.FillAsync();
        return bench;
    }

    public Task RunAsync(string scenario) => scenario switch
    {
        "ring" => RingAsync(),
        "many" => StudyReport.RunAsync("100 keys at once", _settings, [ByHand(), CacheMany(), RawMany(), CacheSingles()]),
        "pipeline" => StudyReport.RunAsync("GET with Failover.ConfigurePipeline", _settings, [CacheGet(), PipelineGet()]),
        "l1" => LocalAsync(),
        "l2" => HybridAsync(),
        "xfetch" => RefreshAsync(),
        "queue" => QueueAsync(),
        "journal" => JournalAsync(),
        "through" => ThroughAsync(),
        "dead" => DeadAsync(),
        "frozen" => FrozenAsync(),
        "storm" => StormAsync(),
        "evict" => EvictAsync(),
        _ => throw new ArgumentException($"Unknown scenario '{scenario}'."),
    };

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        foreach (ConnectionMultiplexer multiplexer in _multiplexers)
            await multiplexer.DisposeAsync();
        await _nodes.StopAsync();
        await _servers.DisposeAsync();
    }

    private async Task FillAsync()
    {
        for (int i = 0; i < StudySettings.Keys; i++)
        {
            await _raw[_node[i]].StringSetAsync(_rawKeys[i], _value);
            await _cache.SetAsync(_keys[i], _value);
        }
    }

    private Contender CacheGet() => new("CacheRing", async loop =>
    {
        while (loop.Next())
            await _cache.GetAsync(_keys[loop.Key]);
    });

    private Contender PipelineGet()
    {
        IShardedCache cache = _services.GetRequiredKeyedService<IShardedCache>("pipeline");
        return new("CacheRing, AddTimeout", async loop =>
        {
            while (loop.Next())
                await cache.GetAsync(_keys[loop.Key]);
        });
    }

    /// <summary>What a user would write: parts the keys by a look at each, one MGET a node, and the answer by key.</summary>
    private Contender ByHand() => new("MGET parted by hand", async loop =>
    {
        while (loop.Next())
        {
            Dictionary<int, List<string>> parts = [];
            foreach (string key in BatchKeys(loop.Key % (StudySettings.Keys / 100)).Distinct())
            {
                int node = _places[key];
                if (!parts.TryGetValue(node, out List<string>? part))
                    parts[node] = part = [];
                part.Add(key);
            }

            Dictionary<string, byte[]> found = [];
            foreach ((List<string> keys, RedisValue[] values) in await Task.WhenAll(parts.Select(async part =>
                (part.Value, await _raw[part.Key].StringGetAsync([.. part.Value.Select(static key => (RedisKey)$"raw:{key}")])))))
            {
                for (int i = 0; i < values.Length; i++)
                {
                    if (!values[i].IsNull)
                        found[keys[i]] = values[i]!;
                }
            }
        }
    });

    private Contender RawMany()
    {
        // The same keys on the same nodes as the cache's, already parted by node.
        RedisKey[][][] parts = [.. Enumerable.Range(0, StudySettings.Keys / 100).Select(batch => BatchKeys(batch)
            .GroupBy(key => _cache.Locate(key).Owner)
            .OrderBy(static part => part.Key, StringComparer.Ordinal)
            .Select(static part => part.Select(static key => (RedisKey)$"raw:{key}").ToArray())
            .ToArray())];
        return new("StackExchange.Redis MGET", async loop =>
        {
            while (loop.Next())
            {
                RedisKey[][] part = parts[loop.Key % parts.Length];
                await Task.WhenAll(_raw[0].StringGetAsync(part[0]), _raw[1].StringGetAsync(part[1]), _raw[2].StringGetAsync(part[2]));
            }
        });
    }

    private Contender CacheMany()
    {
        string[][] batches = [.. Enumerable.Range(0, StudySettings.Keys / 100).Select(BatchKeys)];
        return new("CacheRing GetManyAsync", async loop =>
        {
            while (loop.Next())
                await _cache.GetManyAsync(batches[loop.Key % batches.Length]);
        });
    }

    private Contender CacheSingles()
    {
        string[][] batches = [.. Enumerable.Range(0, StudySettings.Keys / 100).Select(BatchKeys)];
        return new("CacheRing, 100 GETs", async loop =>
        {
            Task[] calls = new Task[100];
            while (loop.Next())
            {
                string[] batch = batches[loop.Key % batches.Length];
                for (int i = 0; i < calls.Length; i++)
                    calls[i] = _cache.GetAsync(batch[i]);
                await Task.WhenAll(calls);
            }
        });
    }

    private string[] BatchKeys(int batch) => _keys[(batch * 100)..((batch + 1) * 100)];
}
