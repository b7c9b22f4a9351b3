using CacheRing.Journal;
using CacheRing.Testing;
using Microsoft.Extensions.Logging.Testing;

namespace CacheRing.UnitTests.Journal;

/// <summary>A disk that is full for a while.</summary>
[TestFixture]
internal sealed class JournalDiskTests
{
    [Test]
    public async Task While_the_disk_is_full_writes_are_refused_and_nothing_that_was_acknowledged_is_lost()
    {
        using JournalFolder folder = new();
        FakeLogger log = new();
        bool isFull = false;
        List<long> acknowledged = [];
        FileWriteJournal journal = new(folder.Options, log, null, file => new FlakyDevice(file, () => Volatile.Read(ref isFull)));
        await using (journal)
        {
            await journal.OpenAsync(default);
            for (int round = 0; round < 3; round++)
            {
                Volatile.Write(ref isFull, false);
                await Poll.UntilAsync(() => TryAsync($"first of {round}"), "the journal to be writable");
                for (int i = 0; i < 20; i++)
                    Assert.That(await TryAsync($"{round} {i}"), Is.True);

                Volatile.Write(ref isFull, true);
                IOException refused = (await Assert.ThrowsAsync<IOException>(async () => await JournalFolder.AppendAsync(journal, "k", "refused")))!;
                Assert.That(refused.Message, Does.Contain("not acknowledged").And.Contain(folder.Path));
                await Assert.ThrowsAsync<IOException>(async () => await JournalFolder.AppendAsync(journal, "k", "refused"));
            }

            Volatile.Write(ref isFull, false);
            await Poll.UntilAsync(() => TryAsync("last"), "the journal to be writable");
        }

        Assert.That(log.Collector.GetSnapshot().Count(static record => record.Id.Id == 202), Is.EqualTo(3));
        Assert.That(log.Collector.GetSnapshot().Count(static record => record.Id.Id == 203), Is.EqualTo(3));
        (FileWriteJournal again, JournalRecovery found) = await folder.OpenAsync();
        await using (again)
            Assert.That(found.Records.Select(static record => record.Entry.Sequence), Is.SupersetOf(acknowledged).And.Ordered);

        async Task<bool> TryAsync(string value)
        {
            try
            {
                acknowledged.Add((await JournalFolder.AppendAsync(journal, "k", value)).Sequence);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    [Test]
    public async Task What_was_settled_before_the_disk_was_full_does_not_come_back()
    {
        using JournalFolder folder = new();
        bool isFull = false;
        FileWriteJournal journal = new(folder.Options, null, null, file => new FlakyDevice(file, () => Volatile.Read(ref isFull)));
        JournalEntry kept;
        await using (journal)
        {
            await journal.OpenAsync(default);
            JournalEntry settled = await JournalFolder.AppendAsync(journal, "settled", "v");
            kept = await JournalFolder.AppendAsync(journal, "kept", "v");
            Volatile.Write(ref isFull, true);
            await Assert.ThrowsAsync<IOException>(async () => await JournalFolder.AppendAsync(journal, "k", "refused"));
            journal.Settle(settled);
            Volatile.Write(ref isFull, false);
            await Poll.UntilAsync(
                async () =>
                {
                    try
                    {
                        journal.Settle(await JournalFolder.AppendAsync(journal, "more", "v"));
                        return true;
                    }
                    catch (IOException)
                    {
                        return false;
                    }
                },
                "the journal to be writable");
        }

        (FileWriteJournal again, JournalRecovery found) = await folder.OpenAsync();
        await using (again)
        {
            long[] sequences = [.. found.Records.Select(static record => record.Entry.Sequence)];
            Assert.That(sequences, Does.Contain(kept.Sequence));
            Assert.That(sequences, Has.No.Member(kept.Sequence - 1));
        }
    }

    [Test]
    public async Task It_opens_on_a_full_disk_with_all_that_waits_and_refuses_writes_until_there_is_room()
    {
        using JournalFolder folder = new();
        (FileWriteJournal before, _) = await folder.OpenAsync();
        await using (before)
        {
            for (int i = 0; i < 10; i++)
                await JournalFolder.AppendAsync(before, $"k{i}", "v");
        }

        // Not even what is kept for it is there.
        File.Delete(Path.Combine(folder.Path, DiskReserve.FileName));
        bool isFull = true;
        FileWriteJournal journal = new(folder.Options, null, null, file => new FlakyDevice(file, () => Volatile.Read(ref isFull)));
        await using (journal)
        {
            JournalRecovery found = await journal.OpenAsync(default);
            Assert.That(found.Records, Has.Count.EqualTo(10));
            IOException refused = (await Assert.ThrowsAsync<IOException>(async () => await JournalFolder.AppendAsync(journal, "k", "refused")))!;
            Assert.That(refused.Message, Does.Contain("not acknowledged").And.Contain(folder.Path));
            foreach (JournalRecord record in found.Records.Take(7))
                journal.Settle(record.Entry);
            Volatile.Write(ref isFull, false);
            await Poll.UntilAsync(() => TryAppendAsync(journal, "after"), "the journal to be writable");
        }

        (FileWriteJournal again, JournalRecovery left) = await folder.OpenAsync();
        await using (again)
            Assert.That(JournalFolder.Texts(left).Select(static text => text.Split(' ')[^1]), Is.EqualTo(new[] { "k7=v", "k8=v", "k9=v", "k=after" }));
    }

    [Test]
    public async Task What_waits_is_there_again_when_the_process_dies_on_a_full_disk()
    {
        using JournalFolder folder = new();
        (FileWriteJournal before, _) = await folder.OpenAsync();
        await using (before)
            await JournalFolder.AppendAsync(before, "k", "v");
        File.Delete(Path.Combine(folder.Path, DiskReserve.FileName));
        for (int start = 0; start < 3; start++)
        {
            FileWriteJournal journal = new(folder.Options, null, null, static file => new FlakyDevice(file, static () => true));
            await using (journal)
            {
                Assert.That((await journal.OpenAsync(default)).Records, Has.Count.EqualTo(1));
                using JournalFolder crashed = folder.Crash();
                (FileWriteJournal again, JournalRecovery found) = await crashed.OpenAsync();
                await using (again)
                    Assert.That(found.Records, Has.Count.EqualTo(1));
            }
        }
    }

    [Test]
    public async Task A_disk_that_it_has_filled_itself_takes_writes_again_once_the_store_has_caught_up()
    {
        using JournalFolder folder = new();
        string reserve = Path.Combine(folder.Path, DiskReserve.FileName);
        bool isFull = false;
        FileWriteJournal journal = new(folder.Options, null, null, file => new FlakyDevice(file, IsFull));
        await using (journal)
        {
            await journal.OpenAsync(default);
            await JournalFolder.AppendAsync(journal, "kept", "v");
            journal.Settle(await JournalFolder.AppendAsync(journal, "settled", "v"));
            Volatile.Write(ref isFull, true);
            await Assert.ThrowsAsync<IOException>(async () => await JournalFolder.AppendAsync(journal, "k", "refused"));
            await Poll.UntilAsync(() => TryAppendAsync(journal, "after"), "the journal to be writable in the room that was kept");
            Assert.That(File.Exists(reserve), Is.True, "it is kept again");
            Assert.That(new FileInfo(reserve).Length, Is.EqualTo(DiskReserve.Bytes));
        }

        (FileWriteJournal again, JournalRecovery found) = await folder.OpenAsync();
        await using (again)
            Assert.That(JournalFolder.Texts(found).Select(static text => text.Split(' ')[^1]), Is.EqualTo(new[] { "kept=v", "k=after" }));

        // There is room for a log once the reserve is gone, and not before.
        bool IsFull()
        {
            if (!File.Exists(reserve))
                Volatile.Write(ref isFull, false);
            return Volatile.Read(ref isFull);
        }
    }

    private static async Task<bool> TryAppendAsync(FileWriteJournal journal, string value)
    {
        try
        {
            await JournalFolder.AppendAsync(journal, "k", value);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
