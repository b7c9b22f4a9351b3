using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>The sample's figures are those of its own cache, node by node.</summary>
public class StatsTests
{
    private const string Lost = "cache-3";

    private SampleApp _app = null!;

    [SetUp]
    public async Task Start_the_app()
    {
        _app = SampleApp.Start();
        await _app.UntilHealthyAsync();
    }

    [TearDown]
    public async Task Dispose_of_it() => await _app.DisposeAsync();

    [Test]
    public async Task Every_read_is_a_hit_or_a_miss_of_its_node()
    {
        List<SampleReply> replies = [];
        foreach (int id in (IEnumerable<int>)[.. Enumerable.Range(1, 60), .. Enumerable.Range(1, 30)])
            replies.Add(await _app.ReadAsync(id));

        SampleStats stats = await _app.StatsAsync();

        foreach ((string name, SampleNode node) in stats.Nodes)
        {
            int Count(string cache) => replies.Count(reply => reply.Node == name && reply.Cache == cache);
            Assert.That((name, node.Reads.Hits, node.Reads.Misses, node.Reads.Failed), Is.EqualTo((name, Count("hit"), Count("miss"), 0)));
            Assert.That((name, node.LoadsSpared), Is.EqualTo((name, Count("hit"))));
            Assert.That(node.Reads.Hits, Is.GreaterThan(0));
        }

        Assert.That(stats.Total, Is.EqualTo(new SampleReads(Hits: 30, Misses: 60, Failed: 0, HitRate: 0.3333)));
        Assert.That(stats.Database, Is.EqualTo(new SampleLoads(Loads: 60, Spared: 30)));
    }

    [Test]
    public async Task Before_the_first_read_there_is_no_hit_rate() =>
        Assert.That((await _app.StatsAsync()).Total, Is.EqualTo(new SampleReads(Hits: 0, Misses: 0, Failed: 0, HitRate: null)));

    [Test]
    public async Task A_change_looks_once_whether_the_key_is_there_and_a_deletion_does_not()
    {
        await _app.DeleteAsync(2);
        Assert.That((await _app.StatsAsync()).Total.HitRate, Is.Null);
        await _app.ChangeAsync(1, new { name = "Changed", price = 1 });
        Assert.That((await _app.StatsAsync()).Total, Is.EqualTo(new SampleReads(Hits: 0, Misses: 1, Failed: 0, HitRate: 0)));
    }

    [Test]
    public async Task Another_app_in_the_same_process_is_not_counted()
    {
        await using SampleApp other = SampleApp.Start();
        await other.ReadAsync(1);

        Assert.That((await _app.StatsAsync()).Total.HitRate, Is.Null);
        Assert.That((await other.StatsAsync()).Total.HitRate, Is.Zero);
    }

    [Test]
    public async Task An_outage_is_told_from_its_beginning_to_its_end()
    {
        DateTimeOffset before = TimeProvider.System.GetUtcNow();
        await _app.PostAsync($"/nodes/{Lost}/stop");
        for (int id = 1; id <= 30; id++)
            await _app.ReadAsync(id);
        await _app.UntilAsync(Lost, "Ejected");
        await _app.PostAsync($"/nodes/{Lost}/start");
        await _app.UntilAsync(Lost, "Healthy");

        // Listeners are told a moment after the node has changed.
        SampleChange[] changes = [];
        await Poll.UntilAsync(
            async () =>
            {
                changes = [.. (await _app.StatsAsync()).Changes.Where(change => change.Node == Lost && change.At >= before)];
                return changes is [.., { To: "Healthy" }];
            },
            "the return to be told");

        Assert.That(changes[0].From, Is.EqualTo("Healthy"));
        Assert.That(
            changes.Where(static change => change.To == "Ejected").Select(static change => change.Reason), Is.Not.Empty.And.All.Not.Null);
        Assert.That(changes.Select(static change => change.At), Is.Ordered);
        Assert.That(changes[^1].At, Is.LessThanOrEqualTo(TimeProvider.System.GetUtcNow()));
        Assert.That(
            changes.Where(static change => (change.From, change.To) is ("Probing", "Ejected")), Is.Empty, "Probes in vain are no news.");
    }
}
