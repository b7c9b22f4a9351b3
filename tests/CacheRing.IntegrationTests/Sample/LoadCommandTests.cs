using System.Text.RegularExpressions;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>The sample's command that puts visitors on a running app.</summary>
public class LoadCommandTests
{
    [Test]
    public async Task It_prints_a_line_a_second_with_requests_hit_rate_and_times()
    {
        await using SampleApp app = SampleApp.Start(new KeyValuePair<string, string>("ShardedCache:Failover:OperationTimeout", "00:00:10"));
        await app.UntilHealthyAsync();
        for (int id = 1; id <= 50; id++)
            await app.ReadAsync(id);
        (int code, string output, _) = await RunAsync("load", "--url", app.Http.BaseAddress!.ToString(), "--seconds", "3", "--visitors", "4", "--products", "50");
        Assert.That(code, Is.Zero);
        string[] lines = [.. output.Split('\n').Where(static line => Regex.IsMatch(line, @"^ +\d "))];
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines.Where(static line => line.Contains('%')), Is.Not.Empty.And.All.Contain("100.0"), "all fifty products are in the cache");
    }

    [Test]
    public async Task An_address_without_a_scheme_is_told_so()
    {
        (int code, _, string error) = await RunAsync("load", "--url", "localhost:5080");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain("'localhost:5080' is no address"));
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
