using System.Net;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>The sample's writes: the database first, then the cache.</summary>
public class ChangingTests
{
    private SampleApp _app = null!;

    [OneTimeSetUp]
    public void Start_the_app() => _app = SampleApp.Start();

    [OneTimeTearDown]
    public async Task Dispose_of_it() => await _app.DisposeAsync();

    [Test]
    public async Task After_a_change_the_next_read_is_a_hit_and_fresh()
    {
        await _app.ReadAsync(1);
        Assert.That((await _app.ReadAsync(1)).Cache, Is.EqualTo("hit"));

        SampleReply change = await _app.ChangeAsync(1, new { name = "Brass kettle \"schön\"", price = 12.75m });

        Assert.That(change.Status, Is.EqualTo(HttpStatusCode.NoContent));
        SampleReply read = await _app.ReadAsync(1);
        Assert.That(read.Cache, Is.EqualTo("hit"));
        Assert.That(read.Field("name"), Is.EqualTo("Brass kettle \"schön\""));
        Assert.That(read.Body.GetProperty("price").GetDecimal(), Is.EqualTo(12.75m));
    }

    [Test]
    public async Task A_deleted_product_is_unknown_from_then_on()
    {
        await _app.ReadAsync(2);

        Assert.That((await _app.DeleteAsync(2)).Status, Is.EqualTo(HttpStatusCode.NoContent));

        Assert.That((await _app.ReadAsync(2)).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await _app.ReadAsync(2)).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await _app.DeleteAsync(2)).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await _app.ChangeAsync(2, new { name = "Back", price = 1 })).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_refused_change_leaves_the_entry_in_the_cache()
    {
        await _app.ReadAsync(3);

        Assert.That((await _app.ChangeAsync(3, new { name = "", price = 1 })).Status, Is.EqualTo(HttpStatusCode.BadRequest));

        Assert.That((await _app.ReadAsync(3)).Cache, Is.EqualTo("hit"));
    }

    [Test]
    public async Task A_named_database_keeps_its_changes()
    {
        string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        KeyValuePair<string, string> setting = new("Catalogue:Database", file);
        try
        {
            await using (SampleApp app = SampleApp.Start(setting))
            {
                await app.DeleteAsync(4);
                await app.PostAsync("/products/5/views");
            }

            await using SampleApp again = SampleApp.Start(setting);
            Assert.That((await again.ReadAsync(4)).Status, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That((await again.ReadAsync(5)).Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That((await again.GetAsync("/products/5/views")).Field("views"), Is.EqualTo("1"));
        }
        finally
        {
            File.Delete(file);
            Directory.Delete($"{file}.journal", recursive: true);
        }
    }
}
