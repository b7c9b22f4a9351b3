using System.Net;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>The sample's counters: taken at once, and given to the database later.</summary>
public class ViewTests
{
    private SampleApp _app = null!;

    [OneTimeSetUp]
    public void Start_the_app() => _app = SampleApp.Start();

    [OneTimeTearDown]
    public async Task Dispose_of_it() => await _app.DisposeAsync();

    [Test]
    public async Task Every_view_is_counted_however_many_come_at_once()
    {
        SampleReply[] counted = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _app.PostAsync("/products/1/views")));
        Assert.That(counted.Select(static reply => reply.Status), Has.All.EqualTo(HttpStatusCode.Accepted));
        Assert.That((await _app.GetAsync("/products/1/views")).Field("views"), Is.EqualTo("200"));
    }

    [Test]
    public async Task A_product_that_nobody_has_seen_has_none() =>
        Assert.That((await _app.GetAsync("/products/2/views")).Field("views"), Is.EqualTo("0"));

    [Test]
    public async Task What_is_no_product_is_not_counted() =>
        Assert.That((await _app.PostAsync("/products/0/views")).Status, Is.EqualTo(HttpStatusCode.NotFound));
}
