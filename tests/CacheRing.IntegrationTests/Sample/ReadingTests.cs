using System.Net;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>The sample's reads: from the database once, from the owner of the key from then on.</summary>
public class ReadingTests
{
    private SampleApp _app = null!;

    [OneTimeSetUp]
    public void Start_the_app() => _app = SampleApp.Start();

    [OneTimeTearDown]
    public async Task Dispose_of_it() => await _app.DisposeAsync();

    [Test]
    public async Task The_first_read_is_a_miss_and_the_second_a_hit_from_the_same_node()
    {
        SampleReply first = await _app.ReadAsync(1);
        SampleReply second = await _app.ReadAsync(1);

        Assert.That((first.Status, first.Cache), Is.EqualTo((HttpStatusCode.OK, "miss")));
        Assert.That((second.Status, second.Cache), Is.EqualTo((HttpStatusCode.OK, "hit")));
        Assert.That(second.Node, Is.EqualTo(first.Node));
        Assert.That(second.Body.GetRawText(), Is.EqualTo(first.Body.GetRawText()));
        Assert.That(first.Field("id"), Is.EqualTo("1"));
    }

    [Test]
    public async Task The_node_of_a_read_is_the_one_the_ring_names()
    {
        for (int id = 100; id < 120; id++)
        {
            SampleReply route = await _app.GetAsync($"/ring/product:{id}");

            Assert.That((await _app.ReadAsync(id)).Node, Is.EqualTo(route.Field("owner")));
            Assert.That(route.Field("hash"), Does.Match("^[0-9a-f]{16}$"));
            Assert.That(route.Field("ringFingerprint"), Does.Match("^[0-9a-f]{16}$"));
        }
    }

    [Test]
    public async Task The_keys_spread_over_all_three_nodes()
    {
        SampleReply[] replies = await Task.WhenAll(Enumerable.Range(200, 300).Select(_app.ReadAsync));

        Assert.That(replies.Select(static reply => reply.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Dictionary<string, int> spread = replies.CountBy(static reply => reply.Node!).ToDictionary();
        Assert.That(spread.Keys, Is.EquivalentTo(new[] { "cache-1", "cache-2", "cache-3" }));
        Assert.That(spread.Values, Is.All.GreaterThan(50));
    }

    [Test]
    public async Task The_catalogue_has_ten_thousand_products()
    {
        Assert.That((await _app.ReadAsync(10_000)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await _app.ReadAsync(10_001)).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_key_may_have_slashes() =>
        Assert.That((await _app.GetAsync("/ring/a/b")).Field("key"), Is.EqualTo("a/b"));
}
