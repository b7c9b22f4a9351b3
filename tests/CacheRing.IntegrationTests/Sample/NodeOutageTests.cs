using System.Net;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>One of the sample's three nodes goes away and comes back.</summary>
public class NodeOutageTests
{
    private const int Reads = 40;
    private const string Lost = "cache-2";

    private SampleApp _app = null!;

    [SetUp]
    public void Start_the_app() => _app = SampleApp.Start();

    [TearDown]
    public async Task Dispose_of_it() => await _app.DisposeAsync();

    [Test]
    public async Task Without_a_node_its_keys_are_misses_and_all_the_others_hits()
    {
        await ReadAllAsync();
        await _app.Nodes[Lost].StopAsync();

        SampleReply[] replies = await ReadAllAsync();

        Assert.That(replies.Select(static reply => reply.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(replies.Select(static reply => reply.Node), Does.Contain(Lost));
        Assert.That(
            replies.Select(static reply => reply.Cache),
            Is.EqualTo(replies.Select(static reply => reply.Node == Lost ? "miss" : "hit")));
    }

    [Test]
    public async Task Products_of_a_lost_node_can_be_changed_and_deleted()
    {
        int[] ids = [.. (await ReadAllAsync()).Where(static reply => reply.Node == Lost).Select(static reply => int.Parse(reply.Field("id"), null))];
        await _app.Nodes[Lost].StopAsync();

        Assert.That((await _app.ChangeAsync(ids[0], new { name = "Changed", price = 1 })).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await _app.ReadAsync(ids[0])).Field("name"), Is.EqualTo("Changed"));
        Assert.That((await _app.DeleteAsync(ids[1])).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await _app.ReadAsync(ids[1])).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_node_that_comes_back_empty_serves_again()
    {
        await ReadAllAsync();
        await _app.Nodes[Lost].StopAsync();
        await ReadAllAsync();

        await _app.Nodes[Lost].RestartAsync();

        await Poll.UntilAsync(
            async () => (await ReadAllAsync()).All(static reply => reply.Cache == "hit"),
            "every product to be a hit once the node is back");
    }

    [Test]
    public async Task A_load_balancer_learns_of_it_and_keeps_the_app()
    {
        await _app.UntilHealthyAsync();
        Assert.That(await HealthAsync(), Is.EqualTo((HttpStatusCode.OK, "Healthy")));
        await _app.Nodes[Lost].StopAsync();
        await Poll.UntilAsync(async () => await HealthAsync() == (HttpStatusCode.OK, "Degraded"), "it to be told", TimeSpan.FromSeconds(30));
    }

    private async Task<(HttpStatusCode Status, string Text)> HealthAsync()
    {
        using HttpResponseMessage reply = await _app.Http.GetAsync(new Uri("/health", UriKind.Relative));
        return (reply.StatusCode, await reply.Content.ReadAsStringAsync());
    }

    private async Task<SampleReply[]> ReadAllAsync() => await Task.WhenAll(Enumerable.Range(1, Reads).Select(_app.ReadAsync));
}
