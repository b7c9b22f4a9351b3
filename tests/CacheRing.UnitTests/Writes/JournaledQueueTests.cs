using CacheRing.Testing;

namespace CacheRing.UnitTests.Writes;

[TestFixture]
internal sealed class JournaledQueueTests
{
    [Test]
    public async Task A_write_is_acknowledged_once_it_is_on_disk_and_settled_once_the_store_has_it()
    {
        FakeJournal journal = new();
        TaskCompletionSource disk = new();
        journal.Disk = _ => disk.Task;
        await using QueueUnderTest it = new(null, journal);
        Task write = it.SetAsync("k", 1).AsTask();
        Assert.That(write.IsCompleted, Is.False);
        disk.SetResult();
        await write.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(journal.Kept, Has.Length.EqualTo(1));
        await it.EmptyAsync();
        Assert.That(journal.Settled, Is.EqualTo(new[] { 1L }));
    }

    [Test]
    public async Task The_store_does_not_get_what_is_not_on_disk()
    {
        FakeJournal journal = new();
        TaskCompletionSource disk = new();
        journal.Disk = sequence => sequence == 2 ? disk.Task : Task.CompletedTask;
        await using QueueUnderTest it = new(static settings => settings with { BatchSize = 1 }, journal);
        await it.SetAsync("a", 1);
        Task second = it.SetAsync("b", 2).AsTask();
        await it.SetAsync("c", 3);
        await it.PassUntilAsync(() => it.Applied.Count() == 2, "the others to be carried out");
        Assert.That(it.Applied.Select(static write => write.Key), Is.EquivalentTo(new[] { "a", "c" }));
        disk.SetResult();
        await second.WaitAsync(TimeSpan.FromSeconds(30));
        await it.EmptyAsync();
        Assert.That(it.Rows, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_write_that_is_replaced_is_kept_until_the_one_in_its_place_is_on_disk()
    {
        FakeJournal journal = new();
        TaskCompletionSource disk = new();
        await using QueueUnderTest it = new(null, journal);
        await it.SetAsync("k", 1);
        journal.Disk = _ => disk.Task;
        Task second = it.SetAsync("k", 2).AsTask();
        Assert.That(journal.Settled, Is.Empty, "the second is not on disk: after a crash the first is what was acknowledged");
        disk.SetResult();
        await second.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(journal.Settled, Is.EqualTo(new[] { 1L }));
        await it.EmptyAsync();
        Assert.That(journal.Settled, Is.EqualTo(new[] { 1L, 2L }));
    }

    [Test]
    public async Task Writes_that_replace_each_other_are_settled_each_once_and_in_their_order()
    {
        FakeJournal journal = new();
        List<TaskCompletionSource> disks = [];
        journal.Disk = _ =>
        {
            disks.Add(new TaskCompletionSource());
            return disks[^1].Task;
        };
        await using QueueUnderTest it = new(null, journal);
        Task[] writes = [.. Enumerable.Range(0, 50).Select(i => it.SetAsync("k", i).AsTask())];

        // A group is on disk at once, and those who wait are told in any order.
        foreach (int i in Enumerable.Range(0, 50).OrderBy(static i => (i * 37) % 50))
            disks[i].SetResult();
        await Task.WhenAll(writes).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(journal.Settled, Is.EqualTo(Enumerable.Range(1, 49).Select(static i => (long)i)));
        await it.EmptyAsync();
        Assert.That(journal.Kept, Is.Empty);
        Assert.That(journal.Settled, Is.EqualTo(Enumerable.Range(1, 50).Select(static i => (long)i)));
    }

    [Test]
    public async Task A_delete_that_the_store_has_not_seen_stays_when_what_follows_it_is_replaced()
    {
        FakeJournal journal = new();
        await using QueueUnderTest it = new(null, journal);
        await it.RemoveAsync("k");
        await it.SetAsync("k", 1);
        await it.SetAsync("k", 2);
        Assert.That(journal.Kept.Select(static record => record.Entry.Sequence), Is.EqualTo(new[] { 1L, 3L }));
    }

    [Test]
    public async Task A_write_that_the_journal_does_not_take_is_the_callers_to_know_and_not_taken()
    {
        FakeJournal journal = new() { Failure = new IOException("The disk is full.") };
        await using QueueUnderTest it = new(null, journal);
        await Assert.ThrowsAsync<IOException>(async () => await it.SetAsync("k", 1));
        Assert.That(it.Queue.TryGetNewest("k", out _), Is.False);
        Assert.That(it.Queue.Status.Pending, Is.Zero);
        journal.Failure = null;
        await it.SetAsync("k", 2);
        await it.EmptyAsync();
        Assert.That(it.Rows["k"], Is.EqualTo(2));
    }

    [Test]
    public async Task What_a_journal_held_goes_to_the_store_in_order_with_its_own_ids_and_before_what_is_new()
    {
        FakeJournal journal = new();
        JournalRecord[] left;
        Guid id;
        await using (QueueUnderTest before = new(null, journal))
        {
            before.Store = static (_, token) => Task.Delay(Timeout.Infinite, token);
            await before.RemoveAsync("a");
            await before.SetAsync("a", 1);
            await before.SetAsync("b", 2);
            id = before.Queue.Numbers.IdOf(3);
            left = journal.Kept;
        }

        Assert.That(left, Has.Length.EqualTo(3));
        Assert.That(journal.IsDisposed, Is.True);
        await using QueueUnderTest after = new(null, journal, left);
        Assert.That(after.Queue.TryGetNewest("b", out var pending), Is.True);
        Assert.That(pending!.Value, Is.EqualTo(2));
        Assert.That(after.Queue.Numbers.IdOf(3), Is.EqualTo(id));
        await after.SetAsync("b", 5);
        await after.EmptyAsync();
        Assert.That(after.Applied.Where(static write => write.Key == "a").Select(static write => write.Sequence), Is.EqualTo(new[] { 1L, 2L }));
        Assert.That(after.Rows, Is.EquivalentTo(new Dictionary<string, int> { ["a"] = 1, ["b"] = 5 }));
        Assert.That(journal.Kept, Is.Empty);
    }

    [Test]
    public async Task A_dead_letter_is_settled_when_the_sink_has_it()
    {
        FakeJournal journal = new();
        await using QueueUnderTest it = new(null, journal);
        it.Store = static (_, _) => throw new StoreWriteRejectedException("no");
        await it.SetAsync("k", 1);
        await it.EmptyAsync();
        Assert.That(journal.Kept, Is.Empty);
        await Poll.UntilAsync(() => it.GivenUp.Count == 1, "the dead letter");
    }
}
