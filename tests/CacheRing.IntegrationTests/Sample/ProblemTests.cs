using System.Net;
using System.Text;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>Whatever is wrong with a request, the sample says so in problem details.</summary>
[TestFixture("Development")]
[TestFixture("Production")]
public class ProblemTests
{
    private readonly string _environment;
    private SampleApp _app = null!;

    public ProblemTests(string environment) => _environment = environment;

    [OneTimeSetUp]
    public void Start_the_app() => _app = SampleApp.Start(new KeyValuePair<string, string>("environment", _environment));

    [OneTimeTearDown]
    public async Task Dispose_of_it() => await _app.DisposeAsync();

    [TestCase("/products/0", HttpStatusCode.BadRequest)]
    [TestCase("/products/-1", HttpStatusCode.BadRequest)]
    [TestCase("/products/99999999999", HttpStatusCode.BadRequest)]
    [TestCase("/products/kettle", HttpStatusCode.BadRequest)]
    [TestCase("/products/2147483647", HttpStatusCode.NotFound)]
    [TestCase("/ring/", HttpStatusCode.BadRequest)]
    [TestCase("/nothing", HttpStatusCode.NotFound)]
    public async Task A_wrong_address_is_explained(string path, HttpStatusCode status) => AssertIsProblem(await _app.GetAsync(path), status);

    [Test]
    public async Task A_ring_key_that_is_too_long_is_explained()
    {
        SampleReply reply = await _app.GetAsync("/ring/" + new string('k', 1025));

        AssertIsProblem(reply, HttpStatusCode.BadRequest);
        Assert.That(reply.Field("detail"), Does.Contain("1024"));
    }

    [TestCase("{\"name\":")]
    [TestCase("{\"name\":\"x\",\"price\":NaN}")]
    [TestCase("{\"name\":\"x\",\"price\":1e400}")]
    [TestCase("{\"name\":\"\\ud800\",\"price\":1}")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("")]
    public async Task A_body_that_cannot_be_read_is_explained(string body)
    {
        SampleReply reply = await PutAsync(body);

        AssertIsProblem(reply, HttpStatusCode.BadRequest);
        Assert.That(reply.Field("detail"), Is.Not.Empty);
    }

    [TestCase("{}", "name price")]
    [TestCase("{\"name\":\"x\",\"price\":-0.01}", "price")]
    [TestCase("{\"name\":\"x\",\"price\":null}", "price")]
    [TestCase("{\"name\":\" \",\"price\":1}", "name")]
    [TestCase("{\"name\":null,\"price\":1}", "name")]
    public async Task A_body_with_wrong_values_is_explained_field_by_field(string body, string fields)
    {
        SampleReply reply = await PutAsync(body);

        AssertIsProblem(reply, HttpStatusCode.BadRequest);
        Assert.That(
            reply.Body.GetProperty("errors").EnumerateObject().Select(static error => error.Name),
            Is.EquivalentTo(fields.Split(' ')));
    }

    [Test]
    public async Task A_name_has_at_most_200_characters()
    {
        Assert.That((await _app.ChangeAsync(2, new { name = new string('n', 200), price = 0 })).Status, Is.EqualTo(HttpStatusCode.NoContent));
        AssertIsProblem(await _app.ChangeAsync(2, new { name = new string('n', 201), price = 0 }), HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task A_body_that_is_no_JSON_is_explained() =>
        AssertIsProblem(await PutAsync("name=x", "application/x-www-form-urlencoded"), HttpStatusCode.UnsupportedMediaType);

    private async Task<SampleReply> PutAsync(string body, string mediaType = "application/json")
    {
        using StringContent content = new(body, Encoding.UTF8, mediaType);
        return await SampleReply.OfAsync(await _app.Http.PutAsync(new Uri("/products/1", UriKind.Relative), content));
    }

    private static void AssertIsProblem(SampleReply reply, HttpStatusCode status)
    {
        Assert.That((reply.Status, reply.MediaType), Is.EqualTo((status, "application/problem+json")));
        Assert.That(reply.Body.GetProperty("status").GetInt32(), Is.EqualTo((int)status));
    }
}
