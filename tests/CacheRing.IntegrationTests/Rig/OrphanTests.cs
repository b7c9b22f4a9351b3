using System.Diagnostics;
using System.Globalization;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.RigTests;

public class OrphanTests
{
    [Test]
    [Platform("Linux")]
    public async Task The_servers_of_a_process_that_is_killed_are_gone()
    {
        var assembly = typeof(OrphanTests).Assembly.Location;
        var temporary = Directory.CreateTempSubdirectory("cachering-orphans-"); // Who is killed does not tidy up.
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", assembly])
        {
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_STARTUP_HOOKS"] = assembly, ["TMPDIR"] = temporary.FullName },
        };
        using var parent = Process.Start(start)!;
        var lines = new List<string>();
        try
        {
            while (lines.LastOrDefault() != "started")
            {
                lines.Add(await parent.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30))
                    ?? throw new InvalidOperationException("The process ended early: " + string.Join('\n', lines)));
            }
        }
        finally
        {
            parent.Kill();
        }

        // Whoever adopts the dead is to bury them; until that happens they are zombies, which run no more.
        var pids = lines.SkipLast(1).ToList();
        Assert.That(pids, Is.Not.Empty);
        try
        {
            await Poll.UntilAsync(() => !pids.Any(IsAlive), $"the processes {string.Join(", ", pids)} to end");
        }
        finally
        {
            foreach (var pid in pids.Where(IsAlive))
            {
                Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture)).Kill();
            }

            temporary.Delete(recursive: true);
        }
    }

    private static bool IsAlive(string pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/status").Contains("State:\tZ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
