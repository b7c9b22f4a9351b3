using System.Text;
using CacheRing.Testing;
using Microsoft.Extensions.Logging.Testing;

namespace CacheRing.UnitTests.Journal;

[TestFixture]
internal sealed class JournalTests
{
    private JournalFolder _folder = null!;

    [SetUp]
    public void Make_a_folder() => _folder = new JournalFolder();

    [TearDown]
    public void Remove_it() => _folder.Dispose();

    [Test]
    public async Task What_was_written_is_found_again_in_order_with_its_sequence_and_the_journals_id()
    {
        (FileWriteJournal journal, JournalRecovery first) = await _folder.OpenAsync();
        Assert.That(first.Records, Is.Empty);
        await using (journal)
        {
            await JournalFolder.AppendAsync(journal, "a", "1");
            await journal.AppendAsync(StoreWriteKind.Delete, "b"u8, default, out _);
            await JournalFolder.AppendAsync(journal, "a", "");
        }

        (journal, JournalRecovery second) = await _folder.OpenAsync();
        await using (journal)
        {
            Assert.That(JournalFolder.Texts(second), Is.EqualTo(new[] { "1 Upsert a=1", "2 Delete b=", "3 Upsert a=" }));
            Assert.That(second.Id, Is.EqualTo(first.Id));
            Assert.That(second.LastSequence, Is.GreaterThanOrEqualTo(second.Records[^1].Entry.Sequence));
            Assert.That((await JournalFolder.AppendAsync(journal, "c", "4")).Sequence, Is.EqualTo(second.LastSequence + 1));
        }
    }

    [Test]
    public async Task What_was_acknowledged_is_found_after_a_crash()
    {
        (FileWriteJournal journal, _) = await _folder.OpenAsync();
        await using (journal)
        {
            for (int i = 1; i <= 50; i++)
            {
                await JournalFolder.AppendAsync(journal, $"k{i}", $"{i}");
                if (i % 10 != 0)
                    continue;
                using JournalFolder crashed = _folder.Crash();
                (FileWriteJournal again, JournalRecovery found) = await crashed.OpenAsync();
                await using (again)
                    Assert.That(found.Records, Has.Count.EqualTo(i));
            }
        }
    }

    [Test]
    public async Task What_is_settled_is_not_found_again_and_no_number_is_given_twice()
    {
        (FileWriteJournal journal, _) = await _folder.OpenAsync();
        long last;
        await using (journal)
        {
            List<JournalEntry> entries = [];
            for (int i = 1; i <= 5; i++)
                entries.Add(await JournalFolder.AppendAsync(journal, $"k{i}", "v"));
            last = entries[^1].Sequence;
            foreach (int i in (int[])[1, 0, 4, 4])
                journal.Settle(entries[i]);
        }

        (journal, JournalRecovery found) = await _folder.OpenAsync();
        await using (journal)
        {
            Assert.That(found.Records.Select(static record => JournalFolder.Place(record.Entry)), Is.EqualTo(new[] { 3L, 4 }));
            foreach (JournalRecord record in found.Records)
                journal.Settle(record.Entry);
        }

        (journal, found) = await _folder.OpenAsync();
        await using (journal)
        {
            Assert.That(found.Records, Is.Empty);
            Assert.That((await JournalFolder.AppendAsync(journal, "k", "v")).Sequence, Is.GreaterThan(last));
        }
    }

    [Test]
    public async Task The_number_of_a_write_that_was_not_on_disk_is_not_given_again()
    {
        // The store may have it already: with the same id it would take the next for the same.
        (FileWriteJournal journal, _) = await _folder.OpenAsync(static options => options.CommitDelay = TimeSpan.FromSeconds(1));
        await using (journal)
        {
            ValueTask append = journal.AppendAsync(StoreWriteKind.Upsert, "k"u8, "lost"u8, out JournalEntry lost);
            using JournalFolder crashed = _folder.Crash();
            (FileWriteJournal again, JournalRecovery found) = await crashed.OpenAsync();
            await using (again)
            {
                Assert.That(found.Records, Is.Empty);
                Assert.That((await JournalFolder.AppendAsync(again, "k", "next")).Sequence, Is.GreaterThan(lost.Sequence));
            }

            await append;
        }
    }

    [Test]
    public async Task What_is_settled_reaches_the_disk_by_itself()
    {
        (FileWriteJournal journal, _) = await _folder.OpenAsync();
        await using (journal)
        {
            journal.Settle(await JournalFolder.AppendAsync(journal, "k", "v"));
            await Poll.UntilAsync(
                async () =>
                {
                    using JournalFolder crashed = _folder.Crash();
                    (FileWriteJournal again, JournalRecovery found) = await crashed.OpenAsync();
                    await again.DisposeAsync();
                    return found.Records.Count == 0;
                },
                "the settled write to be forgotten");
        }
    }

    [Test]
    public async Task Many_who_write_at_once_all_find_their_writes_again()
    {
        (FileWriteJournal journal, _) = await _folder.OpenAsync();
        await using (journal)
        {
            await Task.WhenAll(Enumerable.Range(0, 1024).Select(writer => Task.Run(async () =>
            {
                for (int i = 0; i < 10; i++)
                    await JournalFolder.AppendAsync(journal, $"{writer}", $"{i}");
            })));
        }

        (journal, JournalRecovery found) = await _folder.OpenAsync();
        await using (journal)
        {
            Assert.That(found.Records.Select(static record => JournalFolder.Place(record.Entry)), Is.EqualTo(Enumerable.Range(1, 10_240).Select(static i => (long)i)));
            foreach (IGrouping<string, JournalRecord> key in found.Records.GroupBy(static record => Encoding.UTF8.GetString(record.Key.Span)))
                Assert.That(key.Select(static record => Encoding.UTF8.GetString(record.Value.Span)), Is.EqualTo(Enumerable.Range(0, 10).Select(static i => $"{i}")));
        }
    }

    [Test]
    public async Task Writes_that_wait_when_it_ends_are_on_disk()
    {
        (FileWriteJournal journal, _) = await _folder.OpenAsync(static options => options.CommitDelay = TimeSpan.FromMilliseconds(500));
        Task[] writes = [.. Enumerable.Range(0, 100).Select(i => JournalFolder.AppendAsync(journal, $"{i}", "v"))];
        await journal.DisposeAsync();
        await Task.WhenAll(writes).WaitAsync(TimeSpan.FromSeconds(30));
        (journal, JournalRecovery found) = await _folder.OpenAsync();
        await using (journal)
            Assert.That(found.Records, Has.Count.EqualTo(100));
    }

    [Test]
    public async Task After_its_end_it_takes_nothing()
    {
        (FileWriteJournal journal, _) = await _folder.OpenAsync();
        await journal.DisposeAsync();
        await journal.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await JournalFolder.AppendAsync(journal, "k", "v"));
    }

    [Test]
    public async Task Before_it_is_open_it_takes_nothing()
    {
        await using FileWriteJournal journal = new(_folder.Options);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await JournalFolder.AppendAsync(journal, "k", "v"));
    }

    [Test]
    public async Task A_folder_has_one_journal_at_a_time()
    {
        (FileWriteJournal journal, _) = await _folder.OpenAsync();
        await using (journal)
        {
            IOException refused = (await Assert.ThrowsAsync<IOException>(async () => await _folder.OpenAsync(static options => options.LockTimeout = TimeSpan.Zero)))!;
            Assert.That(refused.Message, Does.Contain("in use by another process").And.Contain(_folder.Path));
            await JournalFolder.AppendAsync(journal, "k", "v");
        }

        (journal, JournalRecovery found) = await _folder.OpenAsync();
        await using (journal)
            Assert.That(found.Records, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_journal_that_is_opened_waits_for_the_one_before_to_end()
    {
        (FileWriteJournal journal, _) = await _folder.OpenAsync();
        await JournalFolder.AppendAsync(journal, "k", "v");
        Task<(FileWriteJournal Journal, JournalRecovery Found)> next = _folder.OpenAsync(static options => options.LockTimeout = TimeSpan.FromMinutes(1));
        Assert.That(next.IsCompleted, Is.False);
        await journal.DisposeAsync();
        (journal, JournalRecovery found) = await next.WaitAsync(TimeSpan.FromSeconds(30));
        await using (journal)
            Assert.That(found.Records, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_write_that_is_too_large_is_refused_with_what_to_do()
    {
        (FileWriteJournal journal, _) = await _folder.OpenAsync();
        await using (journal)
        {
            ArgumentException refused = (await Assert.ThrowsAsync<ArgumentException>(async () => await JournalFolder.AppendAsync(journal, "k", new string('v', 1 << 16))))!;
            Assert.That(refused.Message, Does.Contain("MaxWriteBytes (65536)"));
            await JournalFolder.AppendAsync(journal, "k", new string('v', (1 << 16) - 1));
        }
    }

    [TestCase("Directory", " ", 16 << 20, 4 << 20, 1 << 20, 0)]
    [TestCase("MaxBytes", "d", (16 << 20) - 1, 4 << 20, 1 << 20, 0)]
    [TestCase("SegmentBytes", "d", 16 << 20, 5 << 20, 1 << 20, 0)]
    [TestCase("SegmentBytes", "d", 16 << 20, 2 << 20, 1 << 20, 0)]
    [TestCase("MaxWriteBytes", "d", 16 << 20, 4 << 20, 1, 0)]
    [TestCase("CommitDelay", "d", 16 << 20, 4 << 20, 1 << 20, 1001)]
    public void A_setting_that_cannot_be_used_is_named(string option, string directory, long most, int segment, int write, int delay)
    {
        TimeSpan commit = TimeSpan.FromMilliseconds(delay);
        FileWriteJournalOptions options = new() { Directory = directory, MaxBytes = most, SegmentBytes = segment, MaxWriteBytes = write, CommitDelay = commit };
        ArgumentException refused = Assert.Throws<ArgumentException>(() => _ = new FileWriteJournal(options))!;
        Assert.That(refused.Message, Does.Contain($"FileWriteJournalOptions.{option} "));
    }

    [Test]
    public async Task It_says_what_it_has_found()
    {
        (FileWriteJournal journal, _) = await _folder.OpenAsync();
        await using (journal)
            await JournalFolder.AppendAsync(journal, "secret key", "secret value");
        FakeLogger log = new();
        (journal, _) = await _folder.OpenAsync(logger: log);
        await using (journal)
            Assert.That(log.LatestRecord.Message, Does.Contain("1 writes wait").And.Not.Contain("secret"));
    }
}
