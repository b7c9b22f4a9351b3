namespace CacheRing.IntegrationTests.Sample;

/// <summary>The sample's command that puts visitors on a running app.</summary>
public class LoadCommandTests
{
    [Test]
    public async Task It_prints_a_line_a_second_and_the_hit_rate_climbs()
    {
        await using SampleApp app = SampleApp.Start();
        await app.UntilHealthyAsync();
        (int code, string output, _) = await RunAsync("load", "--url", app.Http.BaseAddress!.ToString(), "--seconds", "3", "--visitors", "4", "--products", "50");
        Assert.That(code, Is.Zero);
        string[] lines = [.. output.Split('\n').Where(static line => line.Contains('%'))];
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[^1], Does.Contain("100.0").And.Contain(" 0"), "fifty products are all in the cache by then");
    }

    [Test]
    public async Task Without_an_app_it_says_so()
    {
        (int code, _, string error) = await RunAsync("load", "--url", "http://127.0.0.1:1");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("No app answers on http://127.0.0.1:1/"));
    }

    [Test]
    public async Task A_wrong_option_is_answered_with_those_there_are()
    {
        (int code, _, string error) = await RunAsync("load", "--users", "3");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain("There is no option --users").And.Contain("--visitors"));
    }

    private static Task<FinishedProgram> RunAsync(params string[] arguments) =>
        FinishedProgram.RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "CacheRing.Samples.WebApi.dll"), .. arguments]);
}
