using System.Net;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>The sample's carts: ASP.NET Core's sessions, kept on the nodes of the cache.</summary>
public class CartTests
{
    [Test]
    public async Task A_visitor_has_a_cart_that_is_kept_on_the_nodes_and_another_one_has_his_own()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using SampleApp app = SampleApp.Start(
            new KeyValuePair<string, string>("ShardedCache:Nodes:0:Name", "one"), new("ShardedCache:Nodes:0:Endpoint", server.Endpoint));
        await app.UntilHealthyAsync();
        using HttpClient visitor = Visitor(app);
        using HttpClient another = Visitor(app);

        await AddAsync(visitor, 42);
        await AddAsync(another, 7);
        Assert.That(await AddAsync(visitor, 43), Is.EqualTo("""{"products":[42,43]}"""));

        Assert.That(await visitor.GetStringAsync("/cart"), Is.EqualTo("""{"products":[42,43]}"""));
        Assert.That(await another.GetStringAsync("/cart"), Is.EqualTo("""{"products":[7]}"""));
        Assert.That(await server.ExecuteAsync("DBSIZE"), Is.EqualTo("14"), "two sessions with two places each, and for each of the two caches the five copies of the record of the node's generation");
    }

    [Test]
    public async Task While_his_node_is_down_a_visitor_is_asked_to_come_again_instead_of_being_given_an_empty_cart()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using SampleApp app = SampleApp.Start(
            new KeyValuePair<string, string>("ShardedCache:Nodes:0:Name", "one"), new("ShardedCache:Nodes:0:Endpoint", server.Endpoint));
        await app.UntilHealthyAsync();
        using HttpClient visitor = Visitor(app);
        await AddAsync(visitor, 42);

        await server.KillAsync();
        using HttpResponseMessage reply = await visitor.GetAsync(new Uri("/cart", UriKind.Relative));
        Assert.That(reply.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(reply.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(2)));
    }

    private static HttpClient Visitor(SampleApp app) =>
        new(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = app.Http.BaseAddress };

    private static async Task<string> AddAsync(HttpClient visitor, int product)
    {
        using HttpResponseMessage reply = await visitor.PostAsync(new Uri($"/cart/{product}", UriKind.Relative), content: null);
        return await reply.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }
}
