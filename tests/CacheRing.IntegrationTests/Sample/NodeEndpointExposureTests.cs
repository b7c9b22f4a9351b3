using System.Net;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>Where nobody is to stop a node by a request, there is no such address.</summary>
public class NodeEndpointExposureTests
{
    [Test]
    public async Task Outside_of_development_there_are_no_switches()
    {
        await using SampleApp app = SampleApp.Start(new KeyValuePair<string, string>("environment", "Staging"));

        await AssertHasNoSwitchesAsync(app, "cache-1");
        Assert.That(app.Nodes["cache-1"].IsRunning, Is.True);
        Assert.That((await app.StatsAsync()).Nodes.Keys, Is.EqualTo(new[] { "cache-1", "cache-2", "cache-3" }), "But there are figures.");
    }

    [Test]
    public async Task Of_servers_that_are_not_the_apps_own_there_are_no_switches()
    {
        await using SampleApp app = SampleApp.Start(
            new KeyValuePair<string, string>("ShardedCache:Nodes:0:Name", "north"),
            new KeyValuePair<string, string>("ShardedCache:Nodes:0:Endpoint", "memory://"));

        await AssertHasNoSwitchesAsync(app, "north");
        Assert.That((await app.StatsAsync()).Nodes.Keys, Is.EqualTo(new[] { "north" }));
    }

    private static async Task AssertHasNoSwitchesAsync(SampleApp app, string node)
    {
        foreach (string path in (string[])[$"/nodes/{node}/stop", $"/nodes/{node}/start", "/nodes/nobody/stop"])
        {
            SampleReply reply = await app.PostAsync(path);
            Assert.That((reply.Status, reply.MediaType), Is.EqualTo((HttpStatusCode.NotFound, "application/problem+json")), path);
            Assert.That(reply.Body.TryGetProperty("detail", out _), Is.False, "As for any address that nothing answers at.");
        }
    }
}
