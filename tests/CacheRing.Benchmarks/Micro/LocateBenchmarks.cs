using System.Text;
using BenchmarkDotNet.Attributes;
using CacheRing.Hashing;
using CacheRing.Ring;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.Benchmarks.Micro;

/// <summary>Locate, beside its bare parts: the hash, and jump's loop or a binary search of the points.</summary>
public class LocateBenchmarks
{
    private const int Keys = 4096;

    private readonly string[] _keys = [.. Enumerable.Range(0, Keys).Select(static i => $"catalogue:product:{i:D6}")];
    private ServiceProvider _services = null!;
    private IShardedCache _jump = null!;
    private IShardedCache _ketama = null!;
    private IShardedCache _libmemcached = null!;
    private ulong[] _points = null!;
    private int _next;

    [Params(3, 10, 100)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        ServiceCollection services = new();
        services.AddKeyedShardedCache("jump", options => Add(options, slots: true));
        services.AddKeyedShardedCache("ketama", options => Add(options, slots: false));
        services.AddKeyedShardedCache("libmemcached", options =>
        {
            Add(options, slots: false);
            options.Ring.Ketama = KetamaFlavor.Libmemcached;
        });
        _services = services.BuildServiceProvider();
        _jump = _services.GetRequiredKeyedService<IShardedCache>("jump");
        _ketama = _services.GetRequiredKeyedService<IShardedCache>("ketama");
        _libmemcached = _services.GetRequiredKeyedService<IShardedCache>("libmemcached");
        _points = [.. Enumerable.Range(0, Nodes).SelectMany(node => KetamaRules.For(KetamaFlavor.CacheRing).PointsOf(new RingMember($"n{node}"), Nodes, Nodes)).Order()];
    }

    [GlobalCleanup]
    public void CleanUp() => _services.Dispose();

    [Benchmark(Baseline = true)]
    public int BareJump() => JumpHash.Of(Hash(Next()), Nodes);

    [Benchmark]
    public string Jump() => _jump.Locate(Next()).Owner;

    [Benchmark]
    public int BareSearch() => Array.BinarySearch(_points, Hash(Next()));

    [Benchmark]
    public string Ketama() => _ketama.Locate(Next()).Owner;

    [Benchmark]
    public string Libmemcached() => _libmemcached.Locate(Next()).Owner;

    private static ulong Hash(string key)
    {
        Span<byte> bytes = stackalloc byte[128];
        return XxHash64.Of(bytes[..Encoding.UTF8.GetBytes(key, bytes)]);
    }

    private string Next() => _keys[_next++ & (Keys - 1)];

    private void Add(ShardedCacheOptions options, bool slots)
    {
        for (int i = 0; i < Nodes; i++)
            options.Nodes.Add(new NodeOptions { Name = $"n{i}:1", Endpoint = "memory://", Slot = slots ? i : null });
    }
}
