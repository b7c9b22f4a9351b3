using System.Diagnostics;
using CacheRing.Testing.History;

namespace CacheRing.UnitTests.History;

/// <summary>Histories made by hand. Times are in milliseconds; the store's last version of each key is 9.</summary>
[TestFixture]
internal sealed class HistoryCheckerTests
{
    private readonly List<HistoryRecord> _history = [];

    [SetUp]
    public void Start_anew() => _history.Clear();

    [Test]
    public void A_read_of_the_latest_version_is_right()
    {
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 0, version: 1, 10, 20);
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 0, version: 2, 30, 40);
        Read(client: 1, version: 2, 41, 42);

        Assert.That(Check().Findings, Is.Empty);
    }

    [TestCase(HistoryKind.Write)]
    [TestCase(HistoryKind.Remove)]
    public void An_older_version_after_an_applied_change_is_stale_since_the_end_of_that_change(HistoryKind change)
    {
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 0, version: 1, 10, 20);
        Add(change, HistoryOutcome.Applied, client: 0, version: 2, 30, 40);
        Read(client: 1, version: 1, 65, 70);

        HistoryFinding finding = Check().Findings.Single();
        Assert.Multiple(() =>
        {
            Assert.That(finding.Kind, Is.EqualTo(FindingKind.Stale));
            Assert.That(finding.Required, Is.EqualTo(2));
            Assert.That(finding.Staleness, Is.EqualTo(TimeSpan.FromMilliseconds(25)));
            Assert.That(finding.Read.Begun, Is.EqualTo(Ticks(65)));
        });
    }

    [Test]
    public void Staleness_counts_from_the_first_newer_version_though_the_last_one_is_required()
    {
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 0, version: 1, 10, 20);
        Add(HistoryKind.Remove, HistoryOutcome.Applied, client: 0, version: 2, 30, 40);
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 0, version: 3, 50, 60);
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 0, version: 4, 90, 95);
        Read(client: 1, version: 1, 80, 81);

        HistoryFinding finding = Check().Findings.Single();
        Assert.That(finding.Required, Is.EqualTo(3), "version 4 was not there yet");
        Assert.That(finding.Staleness, Is.EqualTo(TimeSpan.FromMilliseconds(40)));
    }

    [Test]
    public void A_read_that_began_before_the_change_had_ended_may_give_either()
    {
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 0, version: 1, 10, 20);
        Add(HistoryKind.Remove, HistoryOutcome.Applied, client: 0, version: 2, 30, 40);
        Read(client: 1, version: 1, 39, 80);
        Read(client: 0, version: 1, 39, 80);

        Assert.That(Check().Findings, Is.Empty);
    }

    [Test]
    public void A_version_may_be_read_before_its_write_has_ended()
    {
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 0, version: 1, 10, 20);
        Read(client: 1, version: 2, 31, 32);
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 0, version: 2, 30, 40);

        Assert.That(Check().Findings, Is.Empty);
    }

    [Test]
    public void A_newer_version_that_was_applied_later_than_a_still_newer_one_does_not_hide_it()
    {
        // Two writers, which the runs have not: the later version was known sooner.
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 0, version: 2, 10, 90);
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 1, version: 3, 20, 30);
        Read(client: 2, version: 1, 50, 51);

        Assert.That(Check().Findings.Single().Staleness, Is.EqualTo(TimeSpan.FromMilliseconds(20)));
    }

    [Test]
    public void What_others_have_queued_need_not_be_seen()
    {
        Add(HistoryKind.Remove, HistoryOutcome.Queued, client: 0, version: 2, 30, 40);
        Read(client: 1, version: 1, 1_000, 1_001);

        Assert.That(Check().Findings, Is.Empty);
    }

    [TestCase(HistoryOutcome.Queued)]
    [TestCase(HistoryOutcome.Unsaid)]
    public void What_a_client_has_queued_must_be_seen_by_itself(HistoryOutcome outcome)
    {
        Add(HistoryKind.Remove, outcome, client: 0, version: 2, 30, 40);
        Read(client: 0, version: 1, 41, 42);

        HistoryFinding finding = Check().Findings.Single();
        Assert.That(finding.Kind, Is.EqualTo(FindingKind.StaleToItsWriter));
        Assert.That(Check().Beyond(TimeSpan.FromHours(1)), Has.Count.EqualTo(1), "no bound excuses it");
    }

    [TestCase(HistoryOutcome.Queued)]
    [TestCase(HistoryOutcome.Unsaid)]
    public void What_was_queued_must_be_seen_by_all_from_the_end_of_the_look_that_found_it_delivered(HistoryOutcome outcome)
    {
        Add(HistoryKind.Remove, outcome, client: 0, version: 2, 30, 40);
        Settled(client: 0, 50, 52);
        Read(client: 1, version: 1, 51, 55);
        Read(client: 1, version: 1, 60, 61);

        HistoryFinding finding = Check().Findings.Single();
        Assert.That(finding.Read.Begun, Is.EqualTo(Ticks(60)));
        Assert.That(finding.Staleness, Is.EqualTo(TimeSpan.FromMilliseconds(8)));
    }

    [Test]
    public void A_look_that_began_before_the_change_was_queued_proves_nothing()
    {
        Settled(client: 0, 39, 45);
        Add(HistoryKind.Remove, HistoryOutcome.Queued, client: 0, version: 2, 30, 40);
        Settled(client: 1, 50, 51);
        Read(client: 1, version: 1, 60, 61);

        Assert.That(Check().Findings, Is.Empty, "the one look was too early, the other was another client's");
    }

    [Test]
    public void Of_two_looks_the_one_that_ended_first_counts()
    {
        Add(HistoryKind.Remove, HistoryOutcome.Queued, client: 0, version: 2, 30, 40);
        Settled(client: 0, 50, 90);
        Settled(client: 0, 55, 56);
        Read(client: 1, version: 1, 60, 61);

        Assert.That(Check().WorstStaleness, Is.EqualTo(TimeSpan.FromMilliseconds(4)));
    }

    [Test]
    public void A_change_that_threw_binds_nobody()
    {
        Add(HistoryKind.Remove, HistoryOutcome.Failed, client: 0, version: 2, 30, 40);
        Settled(client: 0, 50, 52);
        Read(client: 0, version: 1, 60, 61);

        HistoryResult result = Check();
        Assert.That(result.Findings, Is.Empty);
        Assert.That(result.Failed, Is.EqualTo(1));
    }

    [Test]
    public void Misses_and_other_keys_are_never_stale()
    {
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 0, version: 2, 10, 20);
        Add(HistoryKind.Read, HistoryOutcome.Miss, client: 1, version: 0, 60, 61);
        Add(HistoryKind.Read, HistoryOutcome.Hit, client: 1, version: 1, 60, 61, key: 6);

        Assert.That(Check().Findings, Is.Empty);
    }

    [Test]
    public void What_was_never_written_under_a_key_is_a_wrong_value()
    {
        Add(HistoryKind.Remove, HistoryOutcome.Applied, client: 0, version: 5, 10, 20);
        Add(HistoryKind.Read, HistoryOutcome.Foreign, client: 1, version: 0, 30, 31);
        Read(client: 1, version: 10, 32, 33);
        Read(client: 1, version: 0, 34, 35);
        Read(client: 1, version: 5, 36, 37);

        HistoryResult result = Check();
        Assert.That(result.Findings.Select(static finding => finding.Kind), Is.All.EqualTo(FindingKind.WrongValue));
        Assert.That(result.Beyond(TimeSpan.MaxValue), Has.Count.EqualTo(4));
    }

    [Test]
    public void A_bound_excuses_what_is_within_it()
    {
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 0, version: 2, 10, 20);
        Read(client: 1, version: 1, 70, 71);
        Read(client: 1, version: 1, 71, 72);

        Assert.That(Check().Beyond(TimeSpan.FromMilliseconds(50)), Has.Count.EqualTo(1));
    }

    [Test]
    public void Everything_is_counted()
    {
        Add(HistoryKind.Write, HistoryOutcome.Applied, client: 0, version: 1, 10, 20);
        Add(HistoryKind.Write, HistoryOutcome.Queued, client: 0, version: 2, 21, 22);
        Add(HistoryKind.Remove, HistoryOutcome.Applied, client: 0, version: 3, 23, 24);
        Add(HistoryKind.Read, HistoryOutcome.Miss, client: 1, version: 0, 30, 31);
        Read(client: 1, version: 1, 15, 16);
        Settled(client: 0, 50, 52);

        Assert.That(
            Check().ToString(), Is.EqualTo("2 reads, 1 hits, 2 writes, 1 removes, 2 applied, 1 queued, 0 failed, 0 findings, worst staleness 0 ms"));
    }

    [Test]
    public void Millions_of_records_take_seconds()
    {
        const int Keys = 1_000;
        HistoryRecord[] records = new HistoryRecord[2_000_000];
        for (int i = 0; i < records.Length; i++)
        {
            long version = 1 + (i / 5 / Keys);
            int key = i / 5 % Keys;
            records[i] = i % 5 == 0
                ? new(HistoryKind.Write, HistoryOutcome.Queued, Client: 0, key, version, i, i)
                : new(HistoryKind.Read, HistoryOutcome.Hit, Client: 1, key, version, i, i);
        }

        List<HistoryRecord> looks = [.. Enumerable.Range(0, 20_000).Select(static i => new HistoryRecord(HistoryKind.Settled, 0, 0, 0, 0, i * 100, i * 100))];
        long started = Stopwatch.GetTimestamp();

        HistoryResult result = HistoryChecker.Check([records, looks], static _ => long.MaxValue);

        Assert.That(result.Hits, Is.EqualTo(records.Length * 4 / 5));
        Assert.That(result.Findings, Is.Empty);
        Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(10)));
    }

    private HistoryResult Check() => HistoryChecker.Check([_history], static _ => 9);

    private void Read(int client, long version, int begun, int ended) =>
        Add(HistoryKind.Read, HistoryOutcome.Hit, client, version, begun, ended);

    private void Settled(int client, int begun, int ended) => Add(HistoryKind.Settled, HistoryOutcome.Applied, client, 0, begun, ended);

    private void Add(HistoryKind kind, HistoryOutcome outcome, int client, long version, int begun, int ended, int key = 7) =>
        _history.Add(new HistoryRecord(kind, outcome, (short)client, key, version, Ticks(begun), Ticks(ended)));

    private static long Ticks(int milliseconds) => milliseconds * (Stopwatch.Frequency / 1_000);
}
