using CacheRing.Testing;
using CacheRing.Writes;

namespace CacheRing.UnitTests.Writes;

[TestFixture]
internal sealed class WriteQueueTests
{
    [Test]
    public async Task Writes_wait_for_the_delay_and_go_as_one_batch()
    {
        await using QueueUnderTest it = new();
        for (int i = 0; i < 10; i++)
            await it.SetAsync($"k{i}", i);
        it.Time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.That(it.Calls, Is.Zero);
        Assert.That(it.Queue.Status.Pending, Is.EqualTo(10));
        await it.EmptyAsync();
        Assert.That(it.Calls, Is.EqualTo(1));
        Assert.That(it.Rows, Is.EquivalentTo(Enumerable.Range(0, 10).Select(static i => KeyValuePair.Create($"k{i}", i))));
    }

    [Test]
    public async Task They_do_not_wait_when_many_keys_do()
    {
        await using QueueUnderTest it = new(static settings => settings with { FlushAtPending = 10, BatchSize = 10 });
        for (int i = 0; i < 10; i++)
            await it.SetAsync($"k{i}", i);
        await Poll.UntilAsync(() => it.Queue.Status.Pending == 0, "the batch to be carried out");
        Assert.That(it.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task Nor_when_somebody_waits_for_room()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxPending = 3 });
        for (int i = 0; i < 10; i++)
            await it.SetAsync($"k{i}", i).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        await it.EmptyAsync();
        Assert.That(it.Rows, Has.Count.EqualTo(10));
    }

    [Test]
    public async Task No_batch_is_larger_than_its_size()
    {
        await using QueueUnderTest it = new(static settings => settings with { BatchSize = 7 });
        for (int i = 0; i < 50; i++)
            await it.SetAsync($"k{i}", i);
        await it.EmptyAsync();
        Assert.That(it.Batches.Select(static batch => batch.Length), Has.All.LessThanOrEqualTo(7));
        Assert.That(it.Rows, Has.Count.EqualTo(50));
    }

    [Test]
    public async Task The_store_gets_only_the_last_of_several_values()
    {
        await using QueueUnderTest it = new();
        for (int i = 0; i < 100; i++)
            await it.SetAsync("k", i);
        Assert.That(it.Queue.Status.Pending, Is.EqualTo(1));
        await it.EmptyAsync();
        Assert.That(it.Applied.Select(static write => write.Value), Is.EqualTo(new[] { 99 }));
    }

    [Test]
    public async Task A_delete_takes_the_place_of_what_was_written_before_and_not_of_what_comes_after()
    {
        await using QueueUnderTest it = new();
        await it.SetAsync("k", 1);
        await it.RemoveAsync("k");
        await it.SetAsync("k", 2);
        await it.SetAsync("k", 3);
        await it.EmptyAsync();
        Assert.That(it.Applied.Select(static write => (write.Kind, write.Value)), Is.EqualTo(new[] { (StoreWriteKind.Delete, 0), (StoreWriteKind.Upsert, 3) }));
    }

    [Test]
    public async Task What_is_pending_is_read_until_the_store_has_it()
    {
        await using QueueUnderTest it = new();
        Assert.That(it.Queue.TryGetNewest("k", out _), Is.False);
        await it.SetAsync("k", 1);
        Assert.That(it.Queue.TryGetNewest("k", out PendingWrite<string, int>? pending), Is.True);
        Assert.That(pending!.Value, Is.EqualTo(1));
        TaskCompletionSource go = new();
        it.Store = (_, _) => go.Task;
        await it.PassUntilAsync(() => it.Calls == 1, "the store to be asked");
        Assert.That(it.Queue.TryGetNewest("k", out pending), Is.True);
        await it.SetAsync("k", 2);
        Assert.That(it.Queue.TryGetNewest("k", out pending), Is.True);
        Assert.That(pending!.Value, Is.EqualTo(2));
        go.SetResult();
        await it.EmptyAsync();
        Assert.That(it.Queue.TryGetNewest("k", out _), Is.False);
        Assert.That(it.Applied.Select(static write => write.Value), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public async Task Batches_of_different_keys_go_side_by_side_and_one_key_never_does()
    {
        await using QueueUnderTest it = new(static settings => settings with { BatchSize = 1, BatchDelay = TimeSpan.Zero, MaxParallelBatches = 4 });
        int atOnce = 0, most = 0;
        it.Store = async (_, _) =>
        {
            int now = Interlocked.Increment(ref atOnce);
            lock (it)
                most = Math.Max(most, now);
            await Task.Yield();
            Interlocked.Decrement(ref atOnce);
        };
        TaskCompletionSource go = new();
        Func<IReadOnlyList<PendingWrite<string, int>>, CancellationToken, Task> counted = it.Store;
        it.Store = async (writes, token) =>
        {
            await counted(writes, token);
            Interlocked.Increment(ref atOnce);
            await go.Task;
            Interlocked.Decrement(ref atOnce);
        };
        for (int i = 0; i < 20; i++)
        {
            await it.SetAsync("a", i);
            await it.SetAsync($"k{i}", i);
        }

        await Poll.UntilAsync(() => it.Calls == 4, "four to be at work");
        go.SetResult();
        await it.EmptyAsync();
        Assert.That(it.HasOverlapped, Is.False);
        Assert.That(it.Rows, Has.Count.EqualTo(21));
        Assert.That(it.Rows["a"], Is.EqualTo(19));
        Assert.That(most, Is.LessThanOrEqualTo(4));
    }

    [Test]
    public async Task A_flush_does_not_wait_for_the_delay_but_for_all_that_was_written_before_it()
    {
        await using QueueUnderTest it = new(static settings => settings with { BatchSize = 3 });
        for (int i = 0; i < 10; i++)
            await it.SetAsync($"k{i}", i);
        await it.Queue.FlushAsync(default).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(it.Rows, Has.Count.EqualTo(10));
    }

    [Test]
    public async Task A_flush_waits_for_what_is_under_way_and_not_for_what_is_written_after_it()
    {
        await using QueueUnderTest it = new();
        TaskCompletionSource first = new(), second = new();
        it.Store = (writes, _) => writes[0].Value == 1 ? first.Task : second.Task;
        await it.SetAsync("k", 1);
        await it.PassUntilAsync(() => it.Calls == 1, "the first to be under way");
        Task flush = it.Queue.FlushAsync(default);
        await it.SetAsync("k", 2);
        Assert.That(flush.IsCompleted, Is.False);
        first.SetResult();
        await flush.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(it.Queue.Status.Pending, Is.EqualTo(1));
        second.SetResult();
        await it.EmptyAsync();
    }

    [Test]
    public async Task A_flush_can_be_cancelled_and_the_writes_go_on()
    {
        await using QueueUnderTest it = new();
        TaskCompletionSource go = new();
        it.Store = (_, _) => go.Task;
        await it.SetAsync("k", 1);
        using CancellationTokenSource cancellation = new();
        Task flush = it.Queue.FlushAsync(cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThatAsync(() => flush, Throws.InstanceOf<OperationCanceledException>());
        go.SetResult();
        await it.EmptyAsync();
        Assert.That(it.Rows["k"], Is.EqualTo(1));
    }
}
