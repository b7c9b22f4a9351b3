namespace CacheRing.UnitTests.Writes;

[TestFixture]
internal sealed class WriteBoundTests
{
    [Test]
    public async Task A_write_beyond_the_bound_is_refused_with_what_to_do()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxPending = 2, Refuses = true });
        await it.SetAsync("a", 1);
        await it.SetAsync("b", 1);
        WriteBehindFullException? refused = await Assert.ThrowsAsync<WriteBehindFullException>(async () => await it.SetAsync("c", 1));
        Assert.That(refused!.Message, Does.Contain("'test'").And.Contain("MaxPending (2)"));
        Assert.That(it.Queue.TryGetNewest("c", out _), Is.False);
        await it.EmptyAsync();
        await it.SetAsync("c", 1);
        await it.EmptyAsync();
        Assert.That(it.Rows, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task One_that_takes_the_place_of_another_needs_no_room()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxPending = 1, Refuses = true });
        await it.SetAsync("a", 1);
        await it.SetAsync("a", 2);
        await it.RemoveAsync("a");
        Assert.That(it.Queue.Status.Pending, Is.EqualTo(1));
        await Assert.ThrowsAsync<WriteBehindFullException>(async () => await it.SetAsync("a", 3));
    }

    [Test]
    public async Task Bytes_are_bounded_as_well()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxPendingBytes = 12, Refuses = true });
        await it.SetAsync("a", 1);
        await it.SetAsync("b", 1);
        Assert.That(it.Queue.Status.PendingBytes, Is.EqualTo(10));
        await Assert.ThrowsAsync<WriteBehindFullException>(async () => await it.SetAsync("c", 1));
        Assert.That(it.Queue.Status.PendingBytes, Is.EqualTo(10));
        await it.EmptyAsync();
        Assert.That(it.Queue.Status.PendingBytes, Is.Zero);
    }

    [Test]
    public async Task One_that_never_fits_is_refused_at_once()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxPendingBytes = 8 });
        WriteBehindFullException? refused = await Assert.ThrowsAsync<WriteBehindFullException>(async () => await it.SetAsync("long key", 1));
        Assert.That(refused!.Message, Does.Contain("MaxPendingBytes (8)"));
    }

    [Test]
    public async Task A_writer_waits_for_room()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxPending = 1 });
        TaskCompletionSource go = new();
        it.Store = (_, _) => go.Task;
        await it.SetAsync("a", 1);
        Task waiting = it.SetAsync("b", 1).AsTask();
        await it.PassUntilAsync(() => it.Calls == 1, "the first to be under way");
        Assert.That(waiting.IsCompleted, Is.False);
        go.SetResult();
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        await it.EmptyAsync();
        Assert.That(it.Rows, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task But_not_for_ever()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxPending = 1, FullTimeout = TimeSpan.FromSeconds(5) });
        TaskCompletionSource go = new();
        it.Store = (_, _) => go.Task;
        await it.SetAsync("a", 1);
        Task waiting = it.SetAsync("b", 1).AsTask();
        await it.PassUntilAsync(() => waiting.IsCompleted, "the wait to end", 100);
        await Assert.ThatAsync(() => waiting, Throws.InstanceOf<WriteBehindFullException>());
        go.SetResult();
        await it.EmptyAsync();
        Assert.That(it.Rows.Keys, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task And_not_when_it_is_cancelled()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxPending = 1 });
        TaskCompletionSource go = new();
        it.Store = (_, _) => go.Task;
        await it.SetAsync("a", 1);
        using CancellationTokenSource cancellation = new();
        Task waiting = it.SetAsync("b", 1, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThatAsync(() => waiting, Throws.InstanceOf<OperationCanceledException>());
        go.SetResult();
        await it.EmptyAsync();
        Assert.That(it.Rows.Keys, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task Many_who_wait_all_get_room_in_the_end()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxPending = 4, MaxPendingBytes = 40, BatchSize = 3 });
        Task[] writers = [.. Enumerable.Range(0, 200).Select(i => it.SetAsync($"{i}", i).AsTask())];
        await it.PassUntilAsync(() => Array.TrueForAll(writers, static writer => writer.IsCompleted), "all writes to be taken");
        await Task.WhenAll(writers);
        await it.EmptyAsync();
        Assert.That(it.Rows, Has.Count.EqualTo(200));
    }

    [Test]
    public async Task A_writer_who_waits_for_room_does_not_wait_for_the_delay()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxPending = 1 });
        for (int i = 0; i < 100_000; i++)
            await it.SetAsync($"{i}", i).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        await it.EmptyAsync();
        Assert.That(it.Rows, Has.Count.EqualTo(100_000));
    }

    [Test]
    public async Task Nothing_is_taken_while_a_write_has_waited_too_long_for_its_turn()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxAge = TimeSpan.FromSeconds(10), Refuses = true, MaxParallelBatches = 1, BatchSize = 1 });
        TaskCompletionSource go = new();
        it.Store = (_, _) => go.Task;
        await it.SetAsync("a", 1);
        await it.SetAsync("b", 1);
        await it.PassUntilAsync(() => it.Calls == 1, "the first to be under way");
        it.Time.Advance(TimeSpan.FromSeconds(11));
        await Assert.ThrowsAsync<WriteBehindFullException>(async () => await it.SetAsync("c", 1));
        await it.SetAsync("b", 2);
        go.SetResult();
        await it.EmptyAsync();
        await it.SetAsync("c", 1);
    }

    [Test]
    public async Task Nothing_is_taken_after_the_end()
    {
        QueueUnderTest it = new();
        await it.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await it.SetAsync("a", 1));
    }
}
