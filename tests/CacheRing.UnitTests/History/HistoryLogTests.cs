using CacheRing.Testing.History;

namespace CacheRing.UnitTests.History;

[TestFixture]
internal sealed class HistoryLogTests
{
    private DirectoryInfo _directory = null!;

    private string File => Path.Combine(_directory.FullName, "log");

    [SetUp]
    public void Make_a_directory() => _directory = Directory.CreateTempSubdirectory("cachering-history-");

    [TearDown]
    public void Delete_it() => _directory.Delete(recursive: true);

    [Test]
    public void What_was_appended_is_read_again()
    {
        long begun = HistoryLog.Now;
        using (HistoryLog log = new(File, client: 3, capacity: 10))
        {
            log.Append(HistoryKind.Write, HistoryOutcome.Queued, key: 5, version: 6, begun);
            log.Append(HistoryKind.Settled, HistoryOutcome.Applied, key: 0, version: 0, begun);
        }

        IReadOnlyList<HistoryRecord> records = HistoryLog.Read(File);
        Assert.That(records, Has.Count.EqualTo(2));
        Assert.That(records[0] with { Ended = 0 }, Is.EqualTo(new HistoryRecord(HistoryKind.Write, HistoryOutcome.Queued, 3, 5, 6, begun, 0)));
        Assert.That(records[0].Ended, Is.GreaterThanOrEqualTo(begun));
    }

    [Test]
    public void A_log_that_its_writer_did_not_close_is_read_up_to_where_it_came()
    {
        using HistoryLog log = new(File, client: 0, capacity: 10);
        log.Append(HistoryKind.Read, HistoryOutcome.Hit, key: 1, version: 2, begun: 3);

        Assert.That(HistoryLog.Read(File), Has.Count.EqualTo(1));
    }

    [Test]
    public void A_record_that_its_writer_did_not_finish_is_passed_over()
    {
        using HistoryLog log = new(File, client: 0, capacity: 10);
        log.Append(HistoryKind.Read, HistoryOutcome.Hit, key: 1, version: 1, begun: 0);
        log.Tear();
        log.Append(HistoryKind.Read, HistoryOutcome.Hit, key: 2, version: 1, begun: 0);
        log.Tear();

        Assert.That(HistoryLog.Read(File).Select(static record => record.Key), Is.EqualTo([1, 2]));
    }

    [Test]
    public async Task Threads_that_append_at_the_same_time_lose_nothing()
    {
        const int Threads = 4, Each = 20_000;
        using HistoryLog log = new(File, client: 0, capacity: Threads * Each);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
                log.Append(HistoryKind.Read, HistoryOutcome.Hit, thread, version: i, begun: 0);
        })));

        IReadOnlyList<HistoryRecord> records = HistoryLog.Read(File);
        Assert.That(records.Select(static record => (record.Key, record.Version)).Distinct().Count(), Is.EqualTo(Threads * Each));
        Assert.That(() => log.Append(HistoryKind.Read, HistoryOutcome.Hit, 0, 0, 0), Throws.InvalidOperationException.With.Message.Contains("full"));
    }

    [Test]
    public async Task A_store_that_is_opened_twice_is_one()
    {
        using HistoryStore one = HistoryStore.Open(File, keys: 10);
        using HistoryStore other = HistoryStore.Open(File, keys: 10);
        long[][] versions = await Task.WhenAll(new[] { one, other }.Select(
            static store => Task.Run(() => Enumerable.Range(0, 10_000).Select(_ => store.Next(9)).ToArray())));

        Assert.That(versions.SelectMany(static each => each).Distinct().Count(), Is.EqualTo(20_000));
        Assert.That(one.Current(9), Is.EqualTo(20_000));
        Assert.That(other.Current(8), Is.Zero);
        Assert.That(() => one.Next(10), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_value_says_what_it_is_and_whether_it_came_whole()
    {
        byte[] value = HistoryValue.Encode(key: 4, version: 300, padding: 20);

        Assert.That(HistoryValue.TryDecode(value, key: 4, out long version), Is.True);
        Assert.That(version, Is.EqualTo(300));
        Assert.That(HistoryValue.TryDecode(value, key: 5, out _), Is.False);
        Assert.That(HistoryValue.TryDecode(value.AsSpan(1), key: 4, out _), Is.False);
        Assert.That(HistoryValue.TryDecode(value.AsSpan(0, 35), key: 4, out _), Is.False);
        value[^1]++;
        Assert.That(HistoryValue.TryDecode(value, key: 4, out _), Is.False);
    }
}
