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
}
