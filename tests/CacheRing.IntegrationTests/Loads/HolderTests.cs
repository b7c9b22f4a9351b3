using System.Diagnostics;
using CacheRing.IntegrationTests.History;
using CacheRing.Testing;
using CacheRing.Testing.Loads;

namespace CacheRing.IntegrationTests.Loads;

/// <summary>Who has the lease of a key and dies, and who has it and is slow; others wait in other processes.</summary>
[TestFixture]
public sealed class HolderTests
{
    private const int Rounds = 5;
    private const int Repetitions = 10;
    private const int Waiters = 2;
    private const int CallersEach = 20;
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Stall = TimeSpan.FromMilliseconds(50);

    // Of what the holder is late with its renewal, and a waiter with its look.
    private static readonly TimeSpan ClientStall = TimeSpan.FromMilliseconds(75);

    private static IEnumerable<TestCaseData> Leases =>
    [
        new(Transport.Redis, 300),
        new(Transport.Redis, 1_000),
        new(Transport.Memcached, 300),
        new(Transport.Memcached, 1_000),
    ];

    [TestCaseSource(nameof(Leases))]
    public async Task When_the_holder_is_killed_another_process_begins_to_load_a_lease_later(Transport transport, int lease)
    {
        await using LoadScene scene = await LoadScene.StartAsync(
            transport, servers: 1, keys: Rounds + Repetitions, settings => settings with { LeaseMilliseconds = lease });
        LoadClientProcess[] waiters = await scene.Run.StartAsync(Waiters);
        await scene.CountAsync(Rounds, Repetitions, Stall, ClientStall, async key =>
        {
            (TimeSpan took, long before) = await KillHolderAsync(scene, waiters, key, lease);
            TestContext.Out.WriteLine($"{took.TotalMilliseconds:0} ms");
            long loads = scene.Board.LoadsOf(key);
            return () =>
            {
                Assert.That(before, Is.EqualTo(1), "they wait for as long as it lives");
                Assert.That(loads, Is.EqualTo(2), "the one that was killed, and one other");
                Assert.That(took, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(TimeSpan.FromMilliseconds(lease) + Slack));
            };
        });
    }

    [TestCaseSource(nameof(Leases))]
    public async Task A_holder_whose_load_takes_four_leases_is_waited_for(Transport transport, int lease)
    {
        await using LoadScene scene = await LoadScene.StartAsync(
            transport, servers: 1, keys: 1 + Repetitions, settings => settings with { LeaseMilliseconds = lease });
        LoadClientProcess[] clients = await scene.Run.StartAsync(1 + Waiters);
        await scene.CountAsync(1, Repetitions, Stall, ClientStall, async key =>
        {
            Task<LoadAnswer> holder = clients[0].AskAsync(new CallOrder { Key = key, LoadMilliseconds = 4 * lease });
            await Poll.UntilAsync(() => scene.Board.LoadsOf(key) >= 1, "the holder to load");
            LoadAnswer[] answers = await Task.WhenAll([holder, .. clients[1..].Select(client => client.AskAsync(CallOf(key)))]);
            long loads = scene.Board.LoadsOf(key);
            return () =>
            {
                Assert.That(loads, Is.EqualTo(1));
                Assert.That(answers.SelectMany(static answer => answer.Values).Distinct().Count(), Is.EqualTo(1), "values");
            };
        });
    }

    private static CallOrder CallOf(int key) => new() { Key = key, Callers = CallersEach };

    /// <returns>How long after the kill another load began; and how many had before it.</returns>
    private static async Task<(TimeSpan Took, long Before)> KillHolderAsync(LoadScene scene, LoadClientProcess[] waiters, int key, int lease)
    {
        LoadClientProcess holder = (await scene.Run.StartAsync(1))[0];
        await holder.TellAsync(new CallOrder { Key = key, LoadMilliseconds = CallOrder.ForEver });
        await Poll.UntilAsync(() => scene.Board.LoadsOf(key) >= 1, "the holder to load");
        Task<LoadAnswer>[] answers = [.. waiters.Select(waiter => waiter.AskAsync(CallOf(key)))];
        await Poll.UntilAsync(() => scene.Board.CallsOf(key) == 1 + (Waiters * CallersEach), "the others to wait");

        // At any point between two renewals, and after some of them.
        await Task.Delay(Random.Shared.Next(lease, 2 * lease));
        long before = scene.Board.LoadsOf(key);

        long killed = Stopwatch.GetTimestamp();
        await holder.KillAsync();
        await Task.WhenAll(answers);
        return (Stopwatch.GetElapsedTime(killed, scene.Board.BeginOf(key, 1)), before);
    }
}
