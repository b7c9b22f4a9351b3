using System.Diagnostics;
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

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    [Test]
    public async Task Every_benchmark_runs()
    {
        (int code, string output) = await RunAsync("once");
        Assert.That(output, Does.Contain("Every benchmark ran once."));
        Assert.That(code, Is.Zero);
    }

    [TestCase("load --peers theirs", "There is no peer 'theirs'. Take of raw, rediscache")]
    [TestCase("load --nodes mongo=3", "Write redis=3 or memcached=3")]
    [TestCase("load --mix 90/20", "Write reads/writes in percent, as 90/10")]
    [TestCase("study nothing", "There is no study nothing")]
    [TestCase("", "load [--nodes")]
    public async Task A_wrong_command_line_is_answered_with_what_can_be_given(string arguments, string answer)
    {
        (int code, string output) = await RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.That(output, Does.Contain(answer));
        Assert.That(code, Is.EqualTo(2));
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        string program = Path.Combine(Repository.Root, "tests", "CacheRing.Benchmarks", "bin", Configuration, "net10.0", "CacheRing.Benchmarks.dll");
        ProcessStartInfo start = new("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        using CancellationTokenSource deadline = new(Deadline);
        Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        Task<string> error = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await error);
    }
}
