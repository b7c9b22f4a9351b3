using System.Net;
using CacheRing.Samples.WebApi.Nodes;
using CacheRing.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>The sample on real Redis servers, which it learns of from its configuration alone.</summary>
public class ConfiguredServersTests
{
    [Test]
    public async Task The_app_uses_the_servers_of_its_configuration_and_starts_none()
    {
        await using RedisServer north = await RedisServer.StartAsync();
        await using RedisServer south = await RedisServer.StartAsync();
        Dictionary<string, RedisServer> servers = new() { ["north"] = north, ["south"] = south };
        await using SampleApp app = SampleApp.Start(Settings(servers));

        SampleReply[] first = await Task.WhenAll(Enumerable.Range(1, 40).Select(app.ReadAsync));
        SampleReply[] second = await Task.WhenAll(Enumerable.Range(1, 40).Select(app.ReadAsync));

        Assert.That(app.Services.GetService<EmbeddedNodes>(), Is.Null);
        Assert.That(first.Select(static reply => (reply.Status, reply.Cache)), Is.All.EqualTo((HttpStatusCode.OK, "miss")));
        Assert.That(second.Select(static reply => (reply.Status, reply.Cache)), Is.All.EqualTo((HttpStatusCode.OK, "hit")));
        foreach ((string name, RedisServer server) in servers)
        {
            string[] keys = (await server.ExecuteAsync("KEYS", "*product*")).Split('\n');
            IEnumerable<string> own = first.Where(reply => reply.Node == name).Select(static reply => $"catalogue:product:{reply.Field("id")}");
            Assert.That(keys, Is.EquivalentTo(own));
            Assert.That(int.Parse(await server.ExecuteAsync("TTL", keys[0]), null), Is.InRange(270, 300));
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Settings(Dictionary<string, RedisServer> servers) =>
        servers.SelectMany(static (server, n) => new KeyValuePair<string, string>[]
        {
            new($"ShardedCache:Nodes:{n}:Name", server.Key),
            new($"ShardedCache:Nodes:{n}:Endpoint", server.Value.Endpoint),
        });
}
