using System.Buffers;
using CacheRing.Testing;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace CacheRing.Benchmarks.Load;

/// <summary>
/// CacheRing and its peers, over servers of their own. A key is on the same node for all, or they would meet different queues:
/// a peer that knows one server only has one instance for each, and is told which.
/// </summary>
internal sealed class LoadContenders : IAsyncDisposable
{
    public static readonly string[] Known = ["raw", "rediscache", "buffer", "sliding", "rediscache-sliding"];

    private static readonly DistributedCacheEntryOptions Absolute = new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) };
    private static readonly DistributedCacheEntryOptions Sliding = new() { SlidingExpiration = TimeSpan.FromHours(1) };

    private readonly RedisFleet _redis;
    private readonly LoadNodes _nodes;
    private readonly ConnectionMultiplexer[] _multiplexers;
    private readonly IDatabase[] _raw;
    private readonly RedisCache[] _redisCaches;
    private readonly ServiceProvider _services;
    private readonly IShardedCache _cache;
    private readonly string[] _keys;
    private readonly string[] _slidingKeys;
    private readonly RedisKey[] _rawKeys;
    private readonly int[] _node;
    private readonly byte[] _value;

    private LoadContenders(LoadOptions options, RedisFleet redis, LoadNodes nodes, ConnectionMultiplexer[] multiplexers)
    {
        _redis = redis;
        _nodes = nodes;
        _multiplexers = multiplexers;
        _raw = [.. multiplexers.Select(static multiplexer => multiplexer.GetDatabase())];
        _redisCaches = [.. redis.Select(static server => new RedisCache(new RedisCacheOptions { Configuration = $"{server.Host}:{server.Port}", InstanceName = "rc:" }))];
        _services = new ServiceCollection()
            .AddShardedCache(settings =>
            {
                for (int i = 0; i < nodes.Endpoints.Count; i++)
                    settings.Nodes.Add(new NodeOptions { Name = $"{i}", Endpoint = nodes.Endpoints[i], Slot = i });
            })
            .Services.BuildServiceProvider();
        _cache = _services.GetRequiredService<IShardedCache>();
        _keys = [.. Enumerable.Range(0, options.Keys).Select(static i => $"catalogue:product:{i:D6}")];
        _slidingKeys = [.. _keys.Select(static key => $"sliding:{key}")];
        _rawKeys = [.. _keys.Select(static key => (RedisKey)$"raw:{key}")];
        _node = [.. _keys.Select(key => int.Parse(_cache.Locate(key).Owner, null))];
        _value = new byte[options.ValueBytes];
        new Random(1).NextBytes(_value);
    }

    public static async Task<LoadContenders> StartAsync(LoadOptions options)
    {
        RedisFleet redis = await RedisFleet.StartAsync(options.Nodes);
        ConnectionMultiplexer[] multiplexers = await Task.WhenAll(redis.Select(static server => ConnectionMultiplexer.ConnectAsync($"{server.Host}:{server.Port}")));
        LoadNodes nodes = options.Kind == "memcached" ? await LoadNodes.StartMemcachedAsync(options.Nodes) : LoadNodes.Of(redis);
        LoadContenders contenders = new(options, redis, nodes, multiplexers);
        await contenders.FillAsync();
        return contenders;
    }

    /// <summary>Those asked for, in that order, and CacheRing behind the first of them.</summary>
    public IReadOnlyList<LoadContender> Of(IReadOnlyList<string> peers)
    {
        List<LoadContender> contenders = [.. peers.Select(Peer)];
        contenders.Insert(Math.Min(1, contenders.Count), Own());
        return contenders;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        foreach (RedisCache cache in _redisCaches)
            cache.Dispose();
        foreach (ConnectionMultiplexer multiplexer in _multiplexers)
            await multiplexer.DisposeAsync();
        await _nodes.StopAsync();
        await _redis.DisposeAsync();
    }

    private LoadContender Own() => new("CacheRing", key => _cache.GetAsync(_keys[key]), key => _cache.SetAsync(_keys[key], _value, Absolute));

    private LoadContender Peer(string name) => name switch
    {
        "raw" => new("StackExchange.Redis", key => ReadRawAsync(key), key => WriteRawAsync(key)),
        "rediscache" => new(
            "Microsoft RedisCache",
            key => _redisCaches[_node[key]].GetAsync(_keys[key]),
            key => _redisCaches[_node[key]].SetAsync(_keys[key], _value, Absolute)),
        "rediscache-sliding" => new(
            "RedisCache, sliding",
            key => _redisCaches[_node[key]].GetAsync(_slidingKeys[key]),
            key => _redisCaches[_node[key]].SetAsync(_slidingKeys[key], _value, Sliding)),
        "sliding" => new(
            "CacheRing, sliding",
            key => _cache.GetAsync(_slidingKeys[key]),
            key => _cache.SetAsync(_slidingKeys[key], _value, Sliding)),
        "buffer" => new("CacheRing, buffer", ReadIntoBufferAsync, key => _cache.SetAsync(_keys[key], _value, Absolute)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such peer."),
    };

    private Task<RedisValue> ReadRawAsync(int key) => _raw[_node[key]].StringGetAsync(_rawKeys[key]);

    private Task<bool> WriteRawAsync(int key) => _raw[_node[key]].StringSetAsync(_rawKeys[key], _value, TimeSpan.FromHours(1));

    private async Task ReadIntoBufferAsync(int key)
    {
        ArrayBufferWriter<byte> buffer = Buffers.TryTake();
        await _cache.TryGetAsync(_keys[key], buffer);
        Buffers.Return(buffer);
    }

    private async Task FillAsync()
    {
        for (int i = 0; i < _keys.Length; i++)
        {
            await WriteRawAsync(i);
            await _redisCaches[_node[i]].SetAsync(_keys[i], _value, Absolute);
            await _redisCaches[_node[i]].SetAsync(_slidingKeys[i], _value, Sliding);
            await _cache.SetAsync(_keys[i], _value, Absolute);
            await _cache.SetAsync(_slidingKeys[i], _value, Sliding);
        }
    }

    private static class Buffers
    {
        private static readonly System.Collections.Concurrent.ConcurrentBag<ArrayBufferWriter<byte>> Free = [];

        public static ArrayBufferWriter<byte> TryTake() => Free.TryTake(out ArrayBufferWriter<byte>? buffer) ? buffer : new ArrayBufferWriter<byte>(4096);

        public static void Return(ArrayBufferWriter<byte> buffer)
        {
            buffer.ResetWrittenCount();
            Free.Add(buffer);
        }
    }
}
