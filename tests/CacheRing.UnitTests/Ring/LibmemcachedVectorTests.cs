using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.UnitTests.Ring;

/// <summary>
/// The Libmemcached flavour sends each key to the server that libmemcached 1.1.4 (KETAMA_WEIGHTED) sends it to; the vectors
/// were read off that library.
/// </summary>
[TestFixture]
internal sealed class LibmemcachedVectorTests
{
    public static IEnumerable<TestCaseData> Vectors =>
        TestFiles.VectorLines("servers.csv").Select(static line => line.Split(';'))
            .Select(static parts => new TestCaseData(parts[0], parts[1]).SetArgDisplayNames(parts[0]));

    [TestCaseSource(nameof(Vectors))]
    public void Keys_go_where_libmemcached_sends_them_when_nodes_are_named_host_port(string file, string servers) =>
        Check(file, servers, static (name, _) => new NodeOptions { Name = name, Endpoint = "memory://" });

    [TestCaseSource(nameof(Vectors))]
    public void Keys_go_where_libmemcached_sends_them_when_the_endpoint_says_host_and_port(string file, string servers) =>
        Check(file, servers, static (name, i) => new NodeOptions { Name = $"node {i}", Endpoint = $"memory://{name}" });

    private static void Check(string file, string servers, Func<string, int, NodeOptions> node)
    {
        string[] names = [.. servers.Split(',').Select(static server => server[..server.LastIndexOf(':')])];
        using ServiceProvider services = Caches.Services(options =>
        {
            options.Ring.Ketama = KetamaFlavor.Libmemcached;
            int i = 0;
            foreach (string server in servers.Split(','))
            {
                NodeOptions added = node(names[i], i++);
                added.Weight = int.Parse(server.AsSpan(server.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);
                options.Nodes.Add(added);
            }
        });
        IShardedCache cache = services.Cache();
        string[] configured = [.. names.Select((name, i) => node(name, i).Name)];

        int checkedKeys = 0;
        foreach (string[] field in TestFiles.VectorLines(file).Select(static line => line.Split(',')))
        {
            CacheRoute route = cache.Locate(field[0]);
            Assert.That(route.Hash, Is.EqualTo(ulong.Parse(field[1], CultureInfo.InvariantCulture)), field[0]);
            Assert.That(names[Array.IndexOf(configured, route.Owner)], Is.EqualTo(field[2]), field[0]);
            checkedKeys++;
        }

        Assert.That(checkedKeys, Is.GreaterThanOrEqualTo(20));
    }
}
