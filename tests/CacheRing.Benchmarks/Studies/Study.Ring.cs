using System.Globalization;
using CacheRing.Hashing;
using CacheRing.Ring;

namespace CacheRing.Benchmarks.Studies;

/// <content>The figures of docs/ring.md: how even the shares are, and how many keys a new node moves.</content>
internal sealed partial class Study
{
    private const int AllSampledKeys = 1_000_000;

    private int SampledKeys => _settings.Many(AllSampledKeys);

    private Task RingAsync()
    {
        ulong[] hashes = [.. Enumerable.Range(0, SampledKeys).Select(static i =>
            XxHash64.Of(System.Text.Encoding.UTF8.GetBytes($"catalogue:product:{i}")))];

        Console.WriteLine($"\nSpread over {SampledKeys:N0} keys: standard deviation and largest share, beside the mean");
        foreach (int nodes in (int[])[3, 5, 10, 100])
        {
            foreach (string kind in (string[])["jump", "ketama", "modulo"])
            {
                double[] shares = new double[nodes];
                foreach (ulong hash in hashes)
                    shares[Owner(kind, nodes)(hash)]++;
                double mean = shares.Average();
                double deviation = Math.Sqrt(shares.Average(share => Math.Pow(share - mean, 2))) / mean;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"  {nodes,3} nodes  {kind,-7} {deviation,7:P2}   {shares.Max() / mean - 1,7:P2}"));
            }
        }

        Console.WriteLine("\nKeys moved by one more node (the least possible: its share)");
        foreach (int nodes in (int[])[4, 9])
        {
            foreach (string kind in (string[])["jump", "ketama", "modulo"])
            {
                Func<ulong, int> before = Owner(kind, nodes);
                Func<ulong, int> after = Owner(kind, nodes + 1);
                int moved = hashes.Count(hash => before(hash) != after(hash));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"  {nodes} -> {nodes + 1}  {kind,-7} {(double)moved / SampledKeys:P1}   least {1.0 / (nodes + 1):P1}"));
            }
        }

        return Task.CompletedTask;
    }

    private static readonly Dictionary<(string, int), HashRing> Rings = [];

    private static Func<ulong, int> Owner(string kind, int nodes)
    {
        if (kind == "modulo")
            return hash => (int)(hash % (ulong)nodes);
        if (!Rings.TryGetValue((kind, nodes), out HashRing? ring))
        {
            RingMember[] members = [.. Enumerable.Range(0, nodes).Select(i => new RingMember($"cache-{i}") { Slot = kind == "jump" ? i : null })];
            Rings[(kind, nodes)] = ring = HashRings.Create(new RingOptions(), "", members);
        }

        return ring.Locate;
    }
}
