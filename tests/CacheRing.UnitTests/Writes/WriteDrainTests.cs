namespace CacheRing.UnitTests.Writes;

[TestFixture]
internal sealed class WriteDrainTests
{
    [Test]
    public async Task The_end_waits_for_what_is_pending_without_the_delay()
    {
        await using QueueUnderTest it = new(static settings => settings with { BatchSize = 3 });
        for (int i = 0; i < 10; i++)
            await it.SetAsync($"k{i}", i);
        Assert.That(await it.Queue.DrainAsync(TimeSpan.FromSeconds(10), default).WaitAsync(TimeSpan.FromSeconds(30)), Is.Zero);
        Assert.That(it.Rows, Has.Count.EqualTo(10));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await it.SetAsync("k", 1));
        Assert.That(it.Log.Collector.GetSnapshot(), Is.Empty);
    }

    [Test]
    public async Task But_not_for_ever_and_says_what_is_lost()
    {
        await using QueueUnderTest it = new();
        it.Store = static (_, token) => Task.Delay(Timeout.Infinite, token);
        for (int i = 0; i < 10; i++)
            await it.SetAsync($"k{i}", i);
        Task<int> drained = it.Queue.DrainAsync(TimeSpan.FromSeconds(10), default);
        await it.PassUntilAsync(() => drained.IsCompleted, "the end", 100);
        Assert.That(await drained, Is.EqualTo(10));
        Assert.That(it.Log.LatestRecord.Id.Id, Is.EqualTo(37));
        Assert.That(it.Log.LatestRecord.Message, Does.Contain("10 writes").And.Contain("LOST"));
    }

    [Test]
    public async Task With_a_journal_it_says_that_they_are_kept()
    {
        await using QueueUnderTest it = new(null, new FakeJournal());
        it.Store = static (_, token) => Task.Delay(Timeout.Infinite, token);
        await it.SetAsync("k", 1);
        Task<int> drained = it.Queue.DrainAsync(TimeSpan.FromSeconds(10), default);
        await it.PassUntilAsync(() => drained.IsCompleted, "the end", 100);
        Assert.That(await drained, Is.EqualTo(1));
        Assert.That(it.Log.LatestRecord.Id.Id, Is.EqualTo(38));
    }

    [Test]
    public async Task A_store_that_does_not_heed_its_cancellation_does_not_hold_up_the_end()
    {
        await using QueueUnderTest it = new();
        it.Store = static (_, _) => new TaskCompletionSource().Task;
        await it.SetAsync("k", 1);
        Task<int> drained = it.Queue.DrainAsync(TimeSpan.FromSeconds(10), default);
        await it.PassUntilAsync(() => drained.IsCompleted, "the end", 100);
        Assert.That(await drained, Is.EqualTo(1));
    }

    [Test]
    public async Task Those_who_wait_for_room_are_told_of_the_end()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxPending = 1 });
        it.Store = static (_, token) => Task.Delay(Timeout.Infinite, token);
        await it.SetAsync("a", 1);
        Task waiting = it.SetAsync("b", 1).AsTask();
        await it.PassUntilAsync(() => it.Calls == 1, "the first to be under way");
        Task<int> drained = it.Queue.DrainAsync(TimeSpan.FromSeconds(1), default);
        await Assert.ThatAsync(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)), Throws.InstanceOf<ObjectDisposedException>());
        await it.PassUntilAsync(() => drained.IsCompleted, "the end", 100);
    }
}
