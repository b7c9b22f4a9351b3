using System.Diagnostics;
using System.Globalization;
using System.Text;
using CacheRing.Hashing;
using CacheRing.Ring;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.Benchmarks;

/// <content>Locate beside its bare parts, in the same loop over the same varied keys, on one thread.</content>
internal sealed partial class LoadBench
{
    private const int Located = 2_000_000;

    private Task LocateAsync()
    {
        Console.WriteLine("\nLocate (ns a call, bytes a call)");
        foreach (int nodes in (int[])[3, 10, 100])
        {
            using ServiceProvider jump = Memory(nodes, slots: true);
            using ServiceProvider ketama = Memory(nodes, slots: false);
            ulong[] points = Points(nodes);
            Compare($"jump, {nodes} nodes", key => BareJump(key, nodes), jump.GetRequiredService<IShardedCache>());
            Compare($"ketama, {nodes} nodes", key => BareSearch(key, points), ketama.GetRequiredService<IShardedCache>());
        }

        return Task.CompletedTask;
    }

    private void Compare(string title, Func<string, int> bare, IShardedCache cache)
    {
        List<double> ratios = [];
        double bareBest = double.MaxValue;
        double ownBest = double.MaxValue;
        double bytes = 0;
        for (int round = 0; round < 9; round++)
        {
            (double bareNs, _) = Time(bare);
            (double ownNs, bytes) = Time(key => cache.Locate(key).Owner.Length);
            bareBest = Math.Min(bareBest, bareNs);
            ownBest = Math.Min(ownBest, ownNs);
            ratios.Add(ownNs / bareNs);
        }

        ratios.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{title,-20} bare {bareBest,6:N1}   CacheRing {ownBest,6:N1}   median ratio {ratios[ratios.Count / 2]:N2}   {bytes:N2} B"));
    }

    private (double Nanoseconds, double Bytes) Time(Func<string, int> locate)
    {
        int sum = 0;
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < Located; i++)
            sum += locate(_keys[i % _keys.Length]);
        double ns = Stopwatch.GetElapsedTime(begun).TotalNanoseconds / Located;
        GC.KeepAlive(sum);
        return (ns, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / Located);
    }

    private static int BareJump(string key, int slots)
    {
        Span<byte> bytes = stackalloc byte[128];
        return JumpHash.Of(XxHash64.Of(bytes[..Encoding.UTF8.GetBytes(key, bytes)]), slots);
    }

    private static int BareSearch(string key, ulong[] points)
    {
        Span<byte> bytes = stackalloc byte[128];
        ulong hash = XxHash64.Of(bytes[..Encoding.UTF8.GetBytes(key, bytes)]);
        int low = 0;
        int high = points.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (points[middle] < hash)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static ulong[] Points(int nodes) =>
        [.. Enumerable.Range(0, nodes).SelectMany(node => KetamaRules.For(KetamaFlavor.CacheRing).PointsOf(new RingMember($"n{node}"), nodes, nodes)).Order()];

    private static ServiceProvider Memory(int nodes, bool slots) => new ServiceCollection()
        .AddShardedCache(options =>
        {
            for (int i = 0; i < nodes; i++)
                options.Nodes.Add(new NodeOptions { Name = $"n{i}", Endpoint = "memory://", Slot = slots ? i : null });
        })
        .Services.BuildServiceProvider();
}
