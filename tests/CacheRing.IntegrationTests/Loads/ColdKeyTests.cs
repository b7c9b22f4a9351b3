using System.Diagnostics;
using CacheRing.IntegrationTests.History;
using CacheRing.Testing.Loads;

namespace CacheRing.IntegrationTests.Loads;

/// <summary>A key that everybody wants and nobody has.</summary>
[TestFixture]
public sealed class ColdKeyTests
{
    private const int Rounds = 20;
    private const int Processes = 4;
    private const int CallersEach = 250;
    private const int LoadMilliseconds = 200;
    private const int Repetitions = 10;

    // A quarter of the lease.
    private static readonly TimeSpan Stall = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(50);

    [TestCase(Transport.Redis)]
    [TestCase(Transport.Memcached)]
    public async Task A_thousand_callers_in_four_processes_load_it_once_and_all_get_that_value(Transport transport)
    {
        await using LoadScene scene = await LoadScene.StartAsync(transport, servers: 2, keys: Rounds + Repetitions);
        LoadClientProcess[] clients = await scene.Run.StartAsync(Processes);
        await scene.CountAsync(Rounds, Repetitions, Stall, Stall, async key =>
        {
            CallOrder order = new()
            {
                Key = key,
                Callers = CallersEach,
                LoadMilliseconds = LoadMilliseconds,
                At = Stopwatch.GetTimestamp() + (long)(Ahead.TotalSeconds * Stopwatch.Frequency),
            };
            LoadAnswer[] answers = await Task.WhenAll(clients.Select(client => client.AskAsync(order)));
            long loads = scene.Board.LoadsOf(key);
            return () => Assert.Multiple(() =>
            {
                Assert.That(loads, Is.EqualTo(1), $"loads in round {key}");
                Assert.That(answers.Sum(static answer => answer.Reads), Is.EqualTo(Processes * CallersEach));
                Assert.That(answers.SelectMany(static answer => answer.Values).Distinct().Count(), Is.EqualTo(1), "values");
            });
        });
    }
}
