using CacheRing.Testing;
using CacheRing.Testing.History;

namespace CacheRing.IntegrationTests.History;

[TestFixture]
public sealed class SmokeTests
{
    [Test]
    public async Task Smoke()
    {
        await using RedisFleet fleet = await RedisFleet.StartAsync(3);
        await using HistoryRun run = await HistoryRun.StartAsync(new() { Endpoints = [fleet.Endpoints, fleet.Endpoints, fleet.Endpoints] });
        HistoryResult result = await run.CheckAsync(static _ => Task.CompletedTask);
        TestContext.Out.WriteLine(result);
        TestContext.Out.WriteLine(string.Join("\n", run.Done));
        Assert.That(run.Complaint(result), Is.Null);
    }
}
