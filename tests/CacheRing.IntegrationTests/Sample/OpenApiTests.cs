namespace CacheRing.IntegrationTests.Sample;

/// <summary>The sample describes itself.</summary>
public class OpenApiTests
{
    [Test]
    public async Task Every_path_of_the_welcome_is_described()
    {
        await using SampleApp app = SampleApp.Start();
        SampleReply description = await app.GetAsync("/openapi/v1.json");
        string[] paths = [.. description.Body.GetProperty("paths").EnumerateObject().Select(static path => path.Name)];
        Assert.That(paths, Is.SupersetOf((string[])["/products/{id}", "/products/{id}/views", "/cart", "/cart/{product}", "/ring/{key}", "/stats"]));
    }
}
