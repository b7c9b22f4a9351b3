using System.Diagnostics;
using CacheRing.IntegrationTests.Failover;
using CacheRing.IntegrationTests.Hybrid;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Redis;

/// <summary>
/// A server that greets well and refuses what comes next is given up and taken back at growing intervals: the log of a user whose ACL
/// lacks a command stays readable, and the command is named in it.
/// </summary>
[TestFixture]
public sealed class RefusedCommandTests
{
    private static readonly TimeSpan Load = TimeSpan.FromSeconds(6);

    // 100 ms, doubled each time and a quarter less by chance, are over 6 s after seven.
    private const int MostReturns = 7;

    [TestCase("getrange")]
    [TestCase("mget")]
    [TestCase("evalsha")]
    public async Task Under_load_it_comes_and_goes_a_few_times_and_each_line_names_the_command(string command)
    {
        await using RedisServer server = await RedisServer.StartAsync(
            new() { AclUsers = new Dictionary<string, string> { ["app"] = $"on >pw ~* &* +@all -{command}" } });
        await using HybridApp app = new([$"redis://app:pw@127.0.0.1:{server.Port}"]);
        long begun = Stopwatch.GetTimestamp();
        int calls = 0;
        while (Stopwatch.GetElapsedTime(begun) < Load)
        {
            string key = $"k{calls++}";
            await app.Cache.SetAsync(key, [1], new() { SlidingExpiration = TimeSpan.FromMinutes(1) });
            await app.Cache.RefreshAsync(key);
            await app.Cache.GetManyAsync([key, "other"]);
            await app.Hybrid.GetOrCreateAsync(key + "l", static _ => ValueTask.FromResult(1));
        }

        // Of what a script is refused the server does not say the name.
        Assert.That(app.App.Logged(7), Has.Length.InRange(1, MostReturns + 1));
        Assert.That(app.App.Logged(7), Is.All.Matches<string>(line => line!.Contains($"this user run {command.ToUpperInvariant()}.", StringComparison.Ordinal) || line.Contains("that the scripts use", StringComparison.Ordinal)));
        Assert.That(app.App.Logged(8), Has.Length.InRange(0, MostReturns + 1));
    }
}
