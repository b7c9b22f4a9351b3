using CacheRing.Hashing;
using CacheRing.Ring;
using CsCheck;

namespace CacheRing.UnitTests.Ring;

/// <summary>What a ketama ring promises beside the properties of all rings.</summary>
[TestFixture]
internal sealed class KetamaRingTests
{
    [Test]
    public void The_indexed_look_up_finds_what_a_scan_of_all_points_finds() =>
        Gen.Select(TopologyGen.Ketama, TopologyGen.Hashes).Sample(
            (members, hashes) =>
            {
                HashRing ring = TopologyGen.KetamaRing(members);
                (ulong[] points, ushort[] owners) = KetamaPoints.Place(members, KetamaRules.For(KetamaFlavor.CacheRing));

                // The points themselves, their neighbours and both ends are where an off-by-one would show.
                IEnumerable<ulong> edges = points.Take(50).Concat(points.TakeLast(50)).SelectMany(static point => (ulong[])[point - 1, point, point + 1]);
                foreach (ulong hash in hashes.Concat(edges).Concat([0UL, ulong.MaxValue]))
                {
                    int point = Array.FindIndex(points, point => point >= hash);
                    Assert.That(ring.Locate(hash), Is.EqualTo(owners[Math.Max(point, 0)]));
                }
            },
            iter: 30);

    [Test]
    public void A_node_of_weight_3_has_three_times_the_points_and_keeps_those_of_weight_1()
    {
        KetamaRules rules = KetamaRules.For(KetamaFlavor.CacheRing);
        ulong[] one = [.. rules.PointsOf(new RingMember("a"), 1, 1)];
        ulong[] three = [.. rules.PointsOf(new RingMember("a") { Weight = 3 }, 5, 9)];
        Assert.That(three, Has.Length.EqualTo(3 * one.Length));
        Assert.That(three[..one.Length], Is.EqualTo(one));
    }

    [Test]
    public void The_points_of_the_CacheRing_flavour_are_pinned()
    {
        // Another process, or a later version, must lay out the same ring.
        ulong[] points = [.. KetamaRules.For(KetamaFlavor.CacheRing).PointsOf(new RingMember("cache-1"), 3, 3)];
        Assert.That(points, Has.Length.EqualTo(1024));
        Assert.That(points[0], Is.EqualTo(XxHash64.Of("cache-1"u8, seed: 0)));
        Assert.That(points[1023], Is.EqualTo(XxHash64.Of("cache-1"u8, seed: 1023)));
    }

    [Test]
    public void With_ten_equal_nodes_the_spread_is_at_most_3_5_percent_in_the_mean_over_many_rings()
    {
        double[] spreads = [.. Enumerable.Range(0, 20).Select(static ring => Spread(ring))];
        Assert.That(spreads.Average(), Is.LessThanOrEqualTo(0.035));
    }

    // The relative standard deviation of the nodes' shares of the whole circle, exact: no keys are sampled.
    private static double Spread(int ring)
    {
        RingMember[] members = [.. Enumerable.Range(0, 10).Select(i => new RingMember($"ring-{ring}-node-{i}"))];
        (ulong[] points, ushort[] owners) = KetamaPoints.Place(members, KetamaRules.For(KetamaFlavor.CacheRing));
        double[] shares = new double[members.Length];
        for (int i = 0; i < points.Length; i++)
            shares[owners[i]] += unchecked(points[i] - points[(i + points.Length - 1) % points.Length]) / Math.Pow(2, 64);
        double mean = shares.Average();
        return Math.Sqrt(shares.Average(share => Math.Pow(share - mean, 2))) / mean;
    }
}
