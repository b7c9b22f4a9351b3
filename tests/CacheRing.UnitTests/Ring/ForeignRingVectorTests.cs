using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.UnitTests.Ring;

/// <summary>
/// Each foreign flavour of ketama sends a key to the server that the named client sends it to. The vectors were read off
/// those clients: libmemcached 1.1.4 (KETAMA_WEIGHTED), twemproxy 0.5.0, libketama 18cf9a77, spymemcached 2.12.3 and uhashring
/// 2.1. The edges: keys that hash to a point itself, keys past the last point, weights that round differently, two servers
/// with a common point in both orders, 25 equal servers.
/// </summary>
[TestFixture]
internal sealed class ForeignRingVectorTests
{
    public static IEnumerable<TestCaseData> Vectors =>
        Rings().Select(static ring => new TestCaseData(ring).SetArgDisplayNames(ring.File));

    public static IEnumerable<TestCaseData> VectorsOfAddresses =>
        Rings().Where(static ring => !ring.Servers.Any(static server => server.Text is not null) && ring.Flavor is not (KetamaFlavor.Twemproxy or KetamaFlavor.Uhashring))
            .Select(static ring => new TestCaseData(ring).SetArgDisplayNames(ring.File));

    [TestCaseSource(nameof(Vectors))]
    public void Keys_go_where_the_client_sends_them_when_nodes_have_its_names(ForeignRing ring) =>
        Check(ring, static (server, _) => new NodeOptions { Name = server.Text ?? server.Address, Endpoint = "memory://" });

    [TestCaseSource(nameof(VectorsOfAddresses))]
    public void Keys_go_where_the_client_sends_them_when_the_endpoint_says_host_and_port(ForeignRing ring) =>
        Check(ring, static (server, i) => new NodeOptions { Name = $"node {i}", Endpoint = $"memory://{server.Address}" });

    [TestCaseSource(nameof(Vectors))]
    public void Keys_go_where_the_client_sends_them_when_the_node_says_its_label(ForeignRing ring) =>
        Check(ring, (server, i) => new NodeOptions { Name = $"node {i}", Endpoint = "memory://", RingLabel = server.Text ?? ring.LabelOf(server.Address) });

    [Test]
    public void Every_flavour_has_vectors_and_all_edges()
    {
        ILookup<KetamaFlavor, string> files = Rings().ToLookup(static ring => ring.Flavor, static ring => ring.File);
        foreach (KetamaFlavor flavor in Enum.GetValues<KetamaFlavor>().Where(static flavor => flavor != KetamaFlavor.CacheRing))
        {
            foreach (string edge in (string[])["exact", "wrap", "rounding", "rounding11", "collision_ab", "collision_ba", "equal25"])
                Assert.That(files[flavor].Count(file => file.StartsWith($"edge_{edge}_", StringComparison.Ordinal)), Is.EqualTo(1), $"{flavor}: {edge}");
        }
    }

    private static void Check(ForeignRing ring, Func<ForeignServer, int, NodeOptions> node)
    {
        NodeOptions[] nodes = [.. ring.Servers.Select(node)];
        using ServiceProvider services = Caches.Services(options =>
        {
            options.Ring.Ketama = ring.Flavor;
            options.Ring.KeyHash = ring.KeyHash;
            options.Ring.HashTags = ring.HashTags;
            for (int i = 0; i < nodes.Length; i++)
            {
                nodes[i].Weight = ring.Servers[i].Weight;
                options.Nodes.Add(nodes[i]);
            }
        });
        IShardedCache cache = services.Cache();
        Dictionary<string, string> addressOf = nodes.Select(static node => node.Name).Zip(ring.Servers, static (name, server) => (name, server.Address)).ToDictionary();

        int checkedKeys = 0;
        foreach (string[] field in TestFiles.VectorLines(ring.File).Select(static line => line.Split(',')))
        {
            CacheRoute route = cache.Locate(field[0]);
            Assert.That(route.Hash, Is.EqualTo(ulong.Parse(field[1], CultureInfo.InvariantCulture)), field[0]);
            Assert.That(addressOf[route.Owner], Is.EqualTo(field[2]), field[0]);
            checkedKeys++;
        }

        Assert.That(checkedKeys, Is.GreaterThanOrEqualTo(20));
    }

    private static IEnumerable<ForeignRing> Rings() => TestFiles.VectorLines("servers.csv").Select(ForeignRing.Parse);
}
