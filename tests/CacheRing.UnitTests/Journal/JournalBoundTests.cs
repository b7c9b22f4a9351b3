namespace CacheRing.UnitTests.Journal;

/// <summary>What is needed is kept, however little room there is; what is not makes room.</summary>
[TestFixture]
internal sealed class JournalBoundTests
{
    private const int Most = 16 << 20;
    private static readonly string Value = new('v', 60_000);
    private JournalFolder _folder = null!;

    [SetUp]
    public void Make_a_folder() => _folder = new JournalFolder();

    [TearDown]
    public void Remove_it() => _folder.Dispose();

    [Test]
    public async Task When_it_is_full_it_says_so_and_takes_more_once_the_store_has_caught_up()
    {
        (FileWriteJournal journal, _) = await _folder.OpenAsync(static options => options.MaxBytes = Most);
        await using (journal)
        {
            List<JournalEntry> entries = [];
            JournalFullException? full = null;
            while (full is null)
            {
                try
                {
                    entries.Add(await JournalFolder.AppendAsync(journal, $"{entries.Count}", Value));
                }
                catch (JournalFullException error)
                {
                    full = error;
                }
            }

            Assert.That(full.Message, Does.Contain($"MaxBytes ({Most})").And.Contain($"{entries.Count} writes"));
            Assert.That(entries, Has.Count.InRange(250, 280));
            using (JournalFolder crashed = _folder.Crash())
            {
                (FileWriteJournal again, JournalRecovery found) = await crashed.OpenAsync();
                await using (again)
                    Assert.That(found.Records, Has.Count.EqualTo(entries.Count));
            }

            foreach (JournalEntry entry in entries)
                journal.Settle(entry);
            await UntilTakenAsync(journal);
        }
    }

    [Test]
    public async Task What_is_settled_makes_room_for_ever()
    {
        (FileWriteJournal journal, _) = await _folder.OpenAsync(static options => options.MaxBytes = Most);
        await using (journal)
        {
            for (int i = 0; i < 1_500; i++)
                journal.Settle(await JournalFolder.AppendAsync(journal, $"{i}", Value));
            Assert.That(_folder.LogFiles.Sum(static file => new FileInfo(file).Length), Is.LessThan(Most + (8 << 20)));
        }
    }

    [Test]
    public async Task A_write_that_the_store_never_takes_does_not_keep_all_that_came_after_it()
    {
        JournalEntry first;
        (FileWriteJournal journal, _) = await _folder.OpenAsync(static options => options.MaxBytes = Most);
        await using (journal)
        {
            first = await JournalFolder.AppendAsync(journal, "stuck", "kept");
            for (int i = 0; i < 1_500; i++)
                journal.Settle(await JournalFolder.AppendAsync(journal, $"{i}", Value));
            using JournalFolder crashed = _folder.Crash();
            (FileWriteJournal again, JournalRecovery found) = await crashed.OpenAsync();
            await again.DisposeAsync();
            Assert.That(JournalFolder.Texts(found)[0], Is.EqualTo("1 Upsert stuck=kept"));
            journal.Settle(first);
        }

        (journal, JournalRecovery last) = await _folder.OpenAsync();
        await using (journal)
            Assert.That(last.Records, Is.Empty);
    }

    private static async Task UntilTakenAsync(FileWriteJournal journal) =>
        await CacheRing.Testing.Poll.UntilAsync(
            async () =>
            {
                try
                {
                    await JournalFolder.AppendAsync(journal, "more", Value);
                    return true;
                }
                catch (JournalFullException)
                {
                    return false;
                }
            },
            "there to be room");
}
