using System.Diagnostics;
using System.Net;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>A user of the sample stops a node by a request, looks at what happens, and starts it again.</summary>
public class NodeEndpointTests
{
    private const int Reads = 40;
    private const string Lost = "cache-2";

    // A call to a dead node ends within 350 ms; the rest is for a machine that does other things too.
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(3);

    private SampleApp _app = null!;

    [SetUp]
    public async Task Start_the_app_and_fill_the_cache()
    {
        _app = SampleApp.Start();
        await _app.UntilHealthyAsync();
        await Poll.UntilAsync(
            async () => (await ReadAllAsync()).All(static reply => reply.Cache == "hit"),
            "every product to be a hit",
            TimeSpan.FromSeconds(30));
    }

    [TearDown]
    public async Task Dispose_of_it() => await _app.DisposeAsync();

    [Test]
    public async Task Stopping_a_node_costs_its_keys_only_and_nobody_waits()
    {
        Assert.That((await _app.PostAsync($"/nodes/{Lost}/stop")).Status, Is.EqualTo(HttpStatusCode.NoContent));

        AssertOnlyTheLostMiss(await ReadAllAsync());
        await _app.UntilAsync(Lost, "Ejected");
        AssertOnlyTheLostMiss(await ReadAllAsync());

        SampleStats stats = await _app.StatsAsync();
        Assert.That(stats.Nodes[Lost].LastFailure, Is.EqualTo("Unreachable"));
        Assert.That(stats.Nodes[Lost].Reads.Failed, Is.GreaterThan(0));
        Assert.That(stats.Nodes[Lost].QueuedKeys, Is.Zero, "What was loaded and could not be stored is no change, and nothing to make up for.");
        Assert.That(
            stats.Nodes.Values.Where(static node => node.Health != "Healthy").Select(static node => node.Name), Is.EqualTo(new[] { Lost }));
    }

    [Test]
    public async Task A_node_that_is_started_again_is_healthy_and_its_keys_are_hits()
    {
        await _app.PostAsync($"/nodes/{Lost}/stop");
        await ReadAllAsync();
        await _app.UntilAsync(Lost, "Ejected");

        Assert.That((await _app.PostAsync($"/nodes/{Lost}/start")).Status, Is.EqualTo(HttpStatusCode.NoContent));

        await _app.UntilAsync(Lost, "Healthy");
        SampleReply[] first = await ReadAllAsync();
        SampleReply[] second = await ReadAllAsync();
        AssertOnlyTheLostMiss(first);
        Assert.That(second.Select(static reply => reply.Cache), Is.All.EqualTo("hit"));
        SampleNode node = (await _app.StatsAsync()).Nodes[Lost];
        Assert.That((node.LastFailure, node.QueuedKeys), Is.EqualTo(((string?)null, 0)));
    }

    [Test]
    public async Task What_was_changed_while_its_node_was_stopped_is_read_once_it_is_started()
    {
        int id = (await ReadAllAsync()).First(static reply => reply.Node == Lost).Body.GetProperty("id").GetInt32();
        await _app.PostAsync($"/nodes/{Lost}/stop");
        Assert.That((await _app.ChangeAsync(id, new { name = "Changed", price = 1 })).Status, Is.EqualTo(HttpStatusCode.NoContent));

        await _app.PostAsync($"/nodes/{Lost}/start");

        await Poll.UntilAsync(
            async () =>
            {
                SampleReply read = await _app.ReadAsync(id);
                Assert.That(read.Field("name"), Is.EqualTo("Changed"), "However soon after the start, and from wherever.");
                return read.Cache == "hit";
            },
            "the changed product to be a hit",
            TimeSpan.FromSeconds(30));
    }

    [Test]
    public async Task To_stop_a_stopped_node_or_start_one_that_runs_changes_nothing()
    {
        await _app.PostAsync($"/nodes/{Lost}/start");
        Assert.That((await ReadAllAsync()).Select(static reply => reply.Cache), Is.All.EqualTo("hit"), "It has its data still.");

        await _app.PostAsync($"/nodes/{Lost}/stop");
        Assert.That((await _app.PostAsync($"/nodes/{Lost}/stop")).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(_app.Nodes[Lost].IsRunning, Is.False);
    }

    [TestCase("/nodes/cache-4/stop")]
    [TestCase("/nodes/cache-4/start")]
    [TestCase("/nodes/CACHE-1/stop")]
    public async Task A_name_that_no_node_has_is_explained(string path)
    {
        SampleReply reply = await _app.PostAsync(path);

        Assert.That((reply.Status, reply.MediaType), Is.EqualTo((HttpStatusCode.NotFound, "application/problem+json")));
        Assert.That(reply.Field("detail"), Does.Contain(path.Split('/')[2]));
    }

    private static void AssertOnlyTheLostMiss(SampleReply[] replies)
    {
        Assert.That(replies.Select(static reply => reply.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(replies.Select(static reply => reply.Node), Does.Contain(Lost));
        Assert.That(
            replies.Select(static reply => (reply.Node, reply.Cache)),
            Is.EqualTo(replies.Select(static reply => (reply.Node, reply.Node == Lost ? "miss" : "hit"))));
    }

    // One after the other: what a request takes is then its own.
    private async Task<SampleReply[]> ReadAllAsync()
    {
        List<SampleReply> replies = [];
        for (int id = 1; id <= Reads; id++)
        {
            long started = Stopwatch.GetTimestamp();
            replies.Add(await _app.ReadAsync(id));
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(Slow), $"/products/{id}");
        }

        return [.. replies];
    }
}
