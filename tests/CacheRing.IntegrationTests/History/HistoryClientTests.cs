using CacheRing.Testing;
using CacheRing.Testing.History;

namespace CacheRing.IntegrationTests.History;

/// <summary>The client process itself, before anything is concluded from what it noted.</summary>
[TestFixture]
public sealed class HistoryClientTests
{
    [Test]
    public async Task It_makes_as_many_operations_as_it_was_told_and_ends_in_good_order()
    {
        await using RedisFleet servers = await RedisFleet.StartAsync(2);
        HistoryPlan plan = new()
        {
            Endpoints = [servers.Endpoints, servers.Endpoints],
            Operations = 2_000,

            // A busy machine is no fault.
            Failover = new Dictionary<string, string> { [nameof(FailoverOptions.OperationTimeout)] = "00:00:10" },
        };
        await using HistoryRun run = await HistoryRun.StartAsync(plan);

        HistoryResult result = await run.CheckAsync(static _ => Task.CompletedTask);

        Assert.That(run.Complaint(result), Is.Null);
        Assert.Multiple(() =>
        {
            // A batch may go beyond the number; the sweep reads every key once more.
            int sweep = 2 * plan.Keys;
            Assert.That(result.Reads + result.Writes + result.Removes - sweep, Is.InRange(2 * plan.Operations - 100, 2 * plan.Operations + 200));
            Assert.That(result.Reads - sweep, Is.EqualTo(2 * plan.Operations * 0.80).Within(10).Percent);
            Assert.That(result.Writes, Is.EqualTo(2 * plan.Operations * 0.12).Within(30).Percent);
            Assert.That(result.Removes, Is.EqualTo(2 * plan.Operations * 0.08).Within(30).Percent);
            Assert.That(result.Applied, Is.GreaterThan((result.Writes + result.Removes) / 2));
            Assert.That(result.Queued, Is.Zero, "nothing was in the way");
            Assert.That(run.Done.Sum(static done => done.Hits + done.Misses), Is.EqualTo(result.Reads - sweep));
            Assert.That(result.Hits, Is.GreaterThan(result.Reads / 4));
        });
    }

    [Test]
    public async Task What_it_had_noted_survives_when_it_is_killed()
    {
        await using RedisFleet servers = await RedisFleet.StartAsync(1);
        await using HistoryRun run = await HistoryRun.StartAsync(new() { Endpoints = [servers.Endpoints], Operations = 1_000_000 });
        HistoryClientProcess client = run.Clients[0];

        HistoryResult result = await run.CheckAsync(async _ =>
        {
            await Poll.UntilAsync(() => HistoryLog.Read(client.Settings.LogFile).Count > 1_000, "a thousand records");
            await client.KillAsync();
        });

        Assert.That(run.Complaint(result), Is.Null);
        Assert.That(result.Reads + result.Writes + result.Removes, Is.GreaterThan(900).And.LessThan(1_000_000));
    }

    [Test]
    public async Task It_ends_when_its_input_ends()
    {
        await using RedisFleet servers = await RedisFleet.StartAsync(1);
        await using HistoryRun run = await HistoryRun.StartAsync(new() { Endpoints = [servers.Endpoints] });

        Assert.That(() => run.Clients[0].QuitAsync(withoutAWord: true), Throws.Nothing);
    }
}
