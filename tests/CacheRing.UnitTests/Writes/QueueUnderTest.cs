using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using CacheRing.Diagnostics;
using CacheRing.Testing;
using CacheRing.Writes;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CacheRing.UnitTests.Writes;

/// <summary>A queue of writes, its store, its dead-letter sink and its clock.</summary>
internal sealed class QueueUnderTest : IWriteTarget<string, int>, IAsyncDisposable
{
    private readonly Meter _meter = new("test");
    private readonly ConcurrentDictionary<string, bool> _busy = new();
    private int _calls;

    public QueueUnderTest(Func<WriteQueueSettings, WriteQueueSettings>? configure = null, IWriteJournal? journal = null, IReadOnlyList<JournalRecord>? found = null)
    {
        WriteQueueSettings settings = new()
        {
            Name = "test",
            BatchDelay = TimeSpan.FromSeconds(1),
            BatchSize = 100,
            FlushAtPending = 1_000,
            MaxParallelBatches = 2,
            MaxPending = 10_000,
            MaxPendingBytes = 1_000_000,
            MaxAge = null,
            Refuses = false,
            FullTimeout = TimeSpan.FromSeconds(30),
            MaxAttempts = 3,
            RetryDelay = TimeSpan.FromMilliseconds(100),
            MaxRetryDelay = TimeSpan.FromSeconds(2),
            StoreTimeout = Timeout.InfiniteTimeSpan,
            HoldsKeys = false,
        };
        Queue = new WriteQueue<string, int>(configure?.Invoke(settings) ?? settings, this, Time, Log, new WriteMeter(_meter, "", "test", () => Queue!.Status));
        if (journal is not null)
        {
            Queue.Restore(journal, new JournalRecovery(7, found is { Count: > 0 } ? found[^1].Entry.Sequence : 0, found ?? []), (found ?? []).Select(static record =>
                new PendingWrite<string, int>(System.Text.Encoding.UTF8.GetString(record.Key.Span), "k", record.Kind, BitConverter.ToInt32(record.Value.Span), record.Value.ToArray())
                {
                    Entry = record.Entry,
                }));
        }

        Queue.Start();
    }

    public FakeTimeProvider Time { get; } = new();

    public FakeLogger Log { get; } = new();

    public WriteQueue<string, int> Queue { get; }

    /// <summary>What the store does with a batch before it has it.</summary>
    public Func<IReadOnlyList<PendingWrite<string, int>>, CancellationToken, Task> Store { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>What the sink does with a write before it has it.</summary>
    public Func<PendingWrite<string, int>, Task> Sink { get; set; } = static _ => Task.CompletedTask;

    /// <summary>The batches that the store has carried out.</summary>
    public ConcurrentQueue<PendingWrite<string, int>[]> Batches { get; } = new();

    public ConcurrentQueue<(PendingWrite<string, int> Write, int Attempts, Exception? Error)> GivenUp { get; } = new();

    /// <summary>How often the store was asked.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Whether the store was ever asked for a key while it was at work on it.</summary>
    public bool HasOverlapped { get; private set; }

    public IEnumerable<PendingWrite<string, int>> Applied => Batches.SelectMany(static batch => batch);

    /// <summary>What the store has: its rows.</summary>
    public Dictionary<string, int> Rows
    {
        get
        {
            Dictionary<string, int> rows = [];
            foreach (PendingWrite<string, int> write in Applied)
            {
                if (write.Kind == StoreWriteKind.Delete)
                    rows.Remove(write.Key);
                else
                    rows[write.Key] = write.Value;
            }

            return rows;
        }
    }

    public ValueTask SetAsync(string key, int value, CancellationToken cancellation = default) =>
        Queue.EnqueueAsync(new PendingWrite<string, int>(key, key, StoreWriteKind.Upsert, value, BitConverter.GetBytes(value)), System.Text.Encoding.UTF8.GetBytes(key), cancellation);

    public ValueTask RemoveAsync(string key) =>
        Queue.EnqueueAsync(new PendingWrite<string, int>(key, key, StoreWriteKind.Delete, 0, new byte[sizeof(int)]), System.Text.Encoding.UTF8.GetBytes(key), default);

    public async Task WriteAsync(IReadOnlyList<PendingWrite<string, int>> writes, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _calls);
        foreach (PendingWrite<string, int> write in writes)
            HasOverlapped |= !_busy.TryAdd(write.Key, true);
        try
        {
            await Store(writes, cancellation);
            Batches.Enqueue([.. writes]);
        }
        catch (StoreWriteRejectedException error)
        {
            Batches.Enqueue([.. writes.Where(write => error.Rejected is { } ids && !ids.Contains(Queue.Numbers.IdOf(write.Sequence)))]);
            throw;
        }
        finally
        {
            foreach (PendingWrite<string, int> write in writes)
                _busy.TryRemove(write.Key, out _);
        }
    }

    public async Task GiveUpAsync(PendingWrite<string, int> write, int attempts, Exception? error, CancellationToken cancellation)
    {
        await Sink(write);
        GivenUp.Enqueue((write, attempts, error));
    }

    /// <summary>Lets time pass until something is so.</summary>
    public async Task PassUntilAsync(Func<bool> condition, string what, double milliseconds = 50) =>
        await Poll.UntilAsync(
            () =>
            {
                if (condition())
                    return true;
                Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
                return condition();
            },
            what);

    /// <summary>Lets time pass until nothing is pending.</summary>
    public Task EmptyAsync() => PassUntilAsync(() => Queue.Status.Pending == 0, "all writes to be carried out");

    public async ValueTask DisposeAsync()
    {
        // Its last wait is on the clock of the test.
        Task ending = Queue.DisposeAsync().AsTask();
        await PassUntilAsync(() => ending.IsCompleted, "the queue to end", 1_000);
        await ending;
        _meter.Dispose();
    }
}
