using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Benchmarks;

/// <summary>The benchmarks run: each once, briefly. What they measure is for people, on a quiet machine.</summary>
[TestFixture]
public sealed class BenchmarkTests
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    [Test]
    public async Task Every_benchmark_runs()
    {
        FinishedProgram run = await RunAsync("once");
        Assert.That(run.All, Does.Contain("Every benchmark ran once."));
        Assert.That(run.Code, Is.Zero);
    }

    [TestCase("load --peers theirs", "There is no peer 'theirs'. Take of raw, rediscache")]
    [TestCase("load --nodes mongo=3", "Write redis=3 or memcached=3")]
    [TestCase("load --mix 90/20", "Write reads/writes in percent, as 90/10")]
    [TestCase("load --seconds ten", "'ten' are no seconds")]
    [TestCase("study ring --rounds 0", "'0' is no number above 0")]
    [TestCase("study nothing", "There is no study nothing")]
    [TestCase("", "load [--nodes")]
    public async Task A_wrong_command_line_is_answered_with_what_can_be_given(string arguments, string answer)
    {
        FinishedProgram run = await RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.That(run.All, Does.Contain(answer));
        Assert.That(run.Code, Is.EqualTo(2));
    }

    private static Task<FinishedProgram> RunAsync(params string[] arguments) => FinishedProgram.RunAsync(
        "dotnet", [Path.Combine(Repository.Root, "tests", "CacheRing.Benchmarks", "bin", Configuration, "net10.0", "CacheRing.Benchmarks.dll"), .. arguments]);
}
