using System.Net;
using CacheRing.Testing;
using CacheRing.Testing.History;

namespace CacheRing.IntegrationTests.History;

/// <summary>
/// A node's name resolves to another machine: the clients find it there, greet it, and no key moves to another node. The clients
/// have a hosts file of their own, which Linux allows in a namespace.
/// </summary>
[TestFixture]
[Platform("Linux")]
public sealed class AddressChangeTests
{
    private const string Name = "cache-0.test";

    [TestCase("redis")]
    [TestCase("memcached")]
    public async Task The_node_is_found_at_its_new_address_and_keeps_its_keys(string kind)
    {
        await using IAsyncDisposable before = await StartAsync(kind);
        await using IAsyncDisposable other = await StartAsync(kind);
        await using IAsyncDisposable after = await StartAsync(kind);
        await using Forwarder elsewhere = new(new IPEndPoint(IPAddress.Parse("127.0.0.2"), PortOf(before)), PortOf(after));

        string hosts = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(hosts, $"127.0.0.1 localhost {Name}\n");
            string[] endpoints = [$"{kind}://{Name}:{PortOf(before)}", $"{kind}://127.0.0.1:{PortOf(other)}"];
            await using HistoryRun run = await HistoryRun.StartAsync(new() { Endpoints = [endpoints, endpoints], HostsFile = hosts, Operations = 10_000 });
            HistoryResult result = await run.CheckAsync(async _ =>
            {
                // In place: what is mounted is the file, not its name.
                await File.WriteAllTextAsync(hosts, $"127.0.0.1 localhost\n127.0.0.2 {Name}\n");
                await KillAsync(before);
                await Poll.UntilAsync(() => elsewhere.Connections >= 2, "both clients to come to the new address");
            });

            Assert.That(run.Complaint(result), Is.Null);
            await using CacheUnderTest ring = CacheUnderTest.Over(["memory://", "memory://"]);
            string[] moved = await KeysAsync(after);
            Assert.That(moved, Has.Length.GreaterThan(10), "the node's keys are on the new machine");
            Assert.That(moved.Select(key => ring.Cache.Locate(key).Owner), Is.All.EqualTo("node-0"));
            Assert.That((await KeysAsync(other)).Select(key => ring.Cache.Locate(key).Owner), Is.All.EqualTo("node-1"));
        }
        finally
        {
            File.Delete(hosts);
        }
    }

    private static async Task<IAsyncDisposable> StartAsync(string kind) =>
        kind == "redis" ? await RedisServer.StartAsync() : await MemcachedServer.StartAsync();

    private static int PortOf(IAsyncDisposable server) => server is RedisServer redis ? redis.Port : ((MemcachedServer)server).Port;

    private static Task KillAsync(IAsyncDisposable server) => server is RedisServer redis ? redis.KillAsync() : ((MemcachedServer)server).KillAsync();

    /// <summary>The keys of the clients that a server has.</summary>
    private static async Task<string[]> KeysAsync(IAsyncDisposable server)
    {
        List<string> found = [];
        foreach (string key in Enumerable.Range(0, 240).Select(static i => $"k{i}"))
        {
            if (server is RedisServer redis
                ? await redis.ExecuteAsync("EXISTS", $"h:{key}") == "1"
                : (await ((MemcachedServer)server).ExecuteAsync($"mg h:{key}")).StartsWith("HD", StringComparison.Ordinal))
                found.Add(key);
        }

        return [.. found];
    }
}
