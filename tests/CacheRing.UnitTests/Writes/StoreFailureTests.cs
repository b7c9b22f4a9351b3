using CacheRing.Writes;

namespace CacheRing.UnitTests.Writes;

/// <summary>A store that is slow, fails at times, with some keys, or with all.</summary>
[TestFixture]
internal sealed class StoreFailureTests
{
    [Test]
    public async Task A_batch_that_fails_is_tried_again_until_the_store_has_it()
    {
        await using QueueUnderTest it = new();
        int calls = 0;
        it.Store = (_, _) => Interlocked.Increment(ref calls) % 3 != 0 ? Task.CompletedTask : throw new InvalidOperationException("down");
        for (int i = 0; i < 300; i++)
        {
            await it.SetAsync($"k{i % 50}", i);
            if (i % 20 == 0)
                await it.EmptyAsync();
        }

        await it.EmptyAsync();
        Assert.That(it.Rows.OrderBy(static row => row.Value).Select(static row => row.Value), Is.EqualTo(Enumerable.Range(250, 50)));
        Assert.That(it.GivenUp, Is.Empty);
        AssertInOrder(it);
    }

    [Test]
    public async Task What_the_store_never_takes_goes_to_the_dead_letters_and_the_rest_to_the_store()
    {
        await using QueueUnderTest it = new();
        it.Store = static (writes, _) => writes.Any(static write => write.Key == "k13") ? throw new InvalidOperationException("no 13") : Task.CompletedTask;
        for (int i = 0; i < 50; i++)
            await it.SetAsync($"k{i}", i);
        await it.PassUntilAsync(() => it.Queue.Status.Pending == 1, "all but one to be carried out");
        Assert.That(it.GivenUp, Is.Empty);
        await WriteOthersUntilAsync(it, () => !it.GivenUp.IsEmpty);
        (PendingWrite<string, int> write, int attempts, Exception? error) = it.GivenUp.Single();
        Assert.That((write.Key, attempts, error!.Message), Is.EqualTo(("k13", 3, "no 13")));
        await it.EmptyAsync();
        Assert.That(it.Rows.Keys.Where(static key => key.StartsWith('k')), Is.EquivalentTo(Enumerable.Range(0, 50).Where(static i => i != 13).Select(static i => $"k{i}")));
        Assert.That(it.Log.Collector.GetSnapshot().Count(static record => record.Id.Id == 34), Is.EqualTo(1));
    }

    [Test]
    public async Task Others_do_not_wait_for_a_key_that_fails_for_ever()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxAttempts = 1000 });
        it.Store = static (writes, _) => writes.Any(static write => write.Key == "bad") ? throw new InvalidOperationException("bad") : Task.CompletedTask;
        await it.SetAsync("bad", 1);
        await it.PassUntilAsync(() => it.Queue.Status.Failing == 1, "the key to fail");
        for (int i = 0; i < 30; i++)
        {
            await it.SetAsync("good", i);
            DateTimeOffset written = it.Time.GetUtcNow();
            await it.PassUntilAsync(() => it.Queue.Status.Pending == 1, "the other to be carried out");
            Assert.That(it.Time.GetUtcNow() - written, Is.LessThan(TimeSpan.FromSeconds(3)));
        }

        Assert.That(it.Rows["good"], Is.EqualTo(29));
    }

    [Test]
    public async Task While_the_store_takes_nothing_nothing_is_given_up_and_one_at_a_time_is_tried()
    {
        await using QueueUnderTest it = new(static settings => settings with { BatchSize = 10, MaxParallelBatches = 4 });
        int atWork = 0, most = 0;
        bool isDown = true;
        it.Store = async (_, _) =>
        {
            int now = Interlocked.Increment(ref atWork);
            if (it.Queue.Status.IsStoreDown)
                most = Math.Max(most, now);
            await Task.Yield();
            Interlocked.Decrement(ref atWork);
            if (Volatile.Read(ref isDown))
                throw new InvalidOperationException("down");
        };
        for (int i = 0; i < 500; i++)
            await it.SetAsync($"k{i}", i);
        await it.PassUntilAsync(() => it.Queue.Status.IsStoreDown, "the store to be held to be down");
        await it.PassUntilAsync(() => Volatile.Read(ref atWork) == 0, "those that were under way to end", 0);
        Volatile.Write(ref most, 0);
        int calls = it.Calls;
        DateTimeOffset until = it.Time.GetUtcNow() + TimeSpan.FromMinutes(1);
        await it.PassUntilAsync(() => it.Time.GetUtcNow() > until, "a minute to pass", 100);
        Assert.That(it.Calls - calls, Is.LessThan(100), "it is left in peace");
        Assert.That(most, Is.EqualTo(1));
        Assert.That(it.GivenUp, Is.Empty);
        Assert.That(it.Queue.Status.Pending, Is.EqualTo(500));
        Volatile.Write(ref isDown, false);
        await it.EmptyAsync();
        Assert.That(it.Rows, Has.Count.EqualTo(500));
        Assert.That(it.Queue.Status.IsStoreDown, Is.False);
        Assert.That(it.GivenUp, Is.Empty);
        Assert.That(it.Log.Collector.GetSnapshot().Select(static record => record.Id.Id), Does.Contain(32).And.Contain(33));
    }

    [Test]
    public async Task Several_keys_that_fail_do_not_keep_a_store_down_that_takes_others()
    {
        await using QueueUnderTest it = new();
        it.Store = static (writes, _) => writes.Any(static write => write.Value % 7 == 0) ? throw new InvalidOperationException("seven") : Task.CompletedTask;
        for (int i = 1; i <= 100; i++)
            await it.SetAsync($"k{i}", i);
        await it.PassUntilAsync(() => it.Queue.Status.Pending == 14, "all but those to be carried out");
        await WriteOthersUntilAsync(it, () => it.GivenUp.Count == 14);
        Assert.That(it.GivenUp.Select(static given => given.Write.Value % 7), Has.All.Zero);
    }

    [Test]
    public async Task A_later_write_takes_the_place_of_one_that_fails()
    {
        await using QueueUnderTest it = new(static settings => settings with { MaxAttempts = 1000 });
        it.Store = static (writes, _) => writes.Any(static write => write.Value == 1) ? throw new InvalidOperationException("one") : Task.CompletedTask;
        await it.SetAsync("k", 1);
        await it.PassUntilAsync(() => it.Queue.Status.Failing == 1, "it to fail");
        await it.SetAsync("k", 2);
        await it.EmptyAsync();
        Assert.That(it.Applied.Select(static write => write.Value), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public async Task But_a_delete_that_fails_stays_before_what_comes_after_it()
    {
        await using QueueUnderTest it = new();
        bool isDown = true;
        it.Store = (_, _) => isDown ? throw new InvalidOperationException("down") : Task.CompletedTask;
        await it.RemoveAsync("k");
        await it.PassUntilAsync(() => it.Queue.Status.Failing == 1, "it to fail");
        await it.SetAsync("k", 2);
        isDown = false;
        await it.EmptyAsync();
        Assert.That(it.Applied.Select(static write => write.Kind), Is.EqualTo(new[] { StoreWriteKind.Delete, StoreWriteKind.Upsert }));
    }

    [Test]
    public async Task What_the_store_rejects_goes_to_the_dead_letters_at_once_and_the_rest_is_not_written_again()
    {
        await using QueueUnderTest it = new();
        it.Store = (writes, _) => writes.FirstOrDefault(static write => write.Key == "k3") is { } bad
            ? throw new StoreWriteRejectedException("constraint", [it.Queue.Numbers.IdOf(bad.Sequence)])
            : Task.CompletedTask;
        for (int i = 0; i < 10; i++)
            await it.SetAsync($"k{i}", i);
        await it.EmptyAsync();
        Assert.That(it.GivenUp.Single().Write.Key, Is.EqualTo("k3"));
        Assert.That(it.Applied.Count(), Is.EqualTo(9));
        Assert.That(it.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task Later_writes_of_a_key_go_on_or_follow_the_one_that_was_given_up_as_the_option_says([Values] bool holds)
    {
        await using QueueUnderTest it = new(settings => settings with { HoldsKeys = holds });
        it.Store = static (writes, _) => writes.Any(static write => write.Value == 1) ? throw new StoreWriteRejectedException("one") : Task.CompletedTask;
        await it.SetAsync("k", 1);
        await it.EmptyAsync();
        await it.SetAsync("k", 2);
        await it.SetAsync("other", 3);
        await it.EmptyAsync();
        Assert.That(it.GivenUp.Select(static given => given.Write.Value), Is.EqualTo(holds ? new[] { 1, 2 } : [1]));
        Assert.That(it.Applied.Select(static write => write.Value), Is.EquivalentTo(holds ? new[] { 3 } : [2, 3]));
        if (holds)
            Assert.That(it.GivenUp.Last().Error, Is.Null);
    }

    [Test]
    public async Task A_dead_letter_stays_pending_until_the_sink_has_it()
    {
        await using QueueUnderTest it = new();
        int asked = 0;
        it.Store = static (_, _) => throw new StoreWriteRejectedException("no");
        it.Sink = _ => ++asked < 4 ? throw new InvalidOperationException("full") : Task.CompletedTask;
        await it.SetAsync("k", 1);
        await it.PassUntilAsync(() => asked == 2, "the sink to be asked");
        Assert.That(it.Queue.Status.Pending, Is.EqualTo(1));
        await it.EmptyAsync();
        Assert.That(it.GivenUp, Has.Count.EqualTo(1));
        Assert.That(it.Queue.Status.DeadLetters, Is.EqualTo(1));
    }

    [Test]
    public async Task A_call_of_the_store_that_takes_too_long_is_cancelled_and_tried_again()
    {
        await using QueueUnderTest it = new(static settings => settings with { StoreTimeout = TimeSpan.FromSeconds(5) });
        int calls = 0;
        it.Store = (_, token) => ++calls == 1 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        await it.SetAsync("k", 1);
        await it.EmptyAsync();
        Assert.That(calls, Is.EqualTo(2));
        Assert.That(it.Log.Collector.GetSnapshot().Single(static record => record.Id.Id == 31).Exception, Is.InstanceOf<TimeoutException>());
    }

    [Test]
    public async Task The_status_says_how_matters_stand()
    {
        await using QueueUnderTest it = new();
        Assert.That(it.Queue.Status, Is.EqualTo(new WriteBehindStatus(0, 0, TimeSpan.Zero, 0, 0, false, null)));
        bool isDown = true;
        it.Store = (_, _) => isDown ? throw new InvalidOperationException("down") : Task.CompletedTask;
        await it.SetAsync("k", 1);
        await it.PassUntilAsync(() => it.Queue.Status.Failing == 1, "it to fail");
        WriteBehindStatus status = it.Queue.Status;
        Assert.That((status.Pending, status.PendingBytes, status.LastFailure), Is.EqualTo((1, 5L, "InvalidOperationException")));
        Assert.That(status.Lag, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(status.Retries, Is.Positive);
        Assert.That(status.LastBatch, Is.EqualTo(1));
        isDown = false;
        await it.EmptyAsync();
        long retries = it.Queue.Status.Retries;
        Assert.That(it.Queue.Status, Is.EqualTo(new WriteBehindStatus(0, 0, TimeSpan.Zero, 0, 0, false, null) { Retries = retries, LastBatch = 1 }));
    }

    private static async Task WriteOthersUntilAsync(QueueUnderTest it, Func<bool> condition)
    {
        int i = 0;
        await it.PassUntilAsync(
            () =>
            {
                if (condition())
                    return true;
                if (it.Queue.Status.Pending < 100)
                    _ = it.SetAsync($"other{i++}", 1).AsTask();
                return false;
            },
            "the condition");
    }

    private static void AssertInOrder(QueueUnderTest it)
    {
        foreach (IGrouping<string, PendingWrite<string, int>> key in it.Applied.GroupBy(static write => write.Key))
            Assert.That(key.Select(static write => write.Sequence), Is.Ordered.Ascending);
    }
}
