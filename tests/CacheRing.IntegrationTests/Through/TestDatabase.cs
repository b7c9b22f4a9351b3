using System.Collections.Concurrent;

namespace CacheRing.IntegrationTests.Through;

/// <summary>A database in memory, that counts what is asked of it, and can fail or be held up.</summary>
public sealed class TestDatabase
{
    private int _loads;

    public ConcurrentDictionary<int, string> Rows { get; } = new();

    public ConcurrentQueue<StoreWrite<int, string>> Writes { get; } = new();

    /// <summary>The keys of each batch that was loaded.</summary>
    public ConcurrentQueue<int[]> Batches { get; } = new();

    public int Loads => _loads;

    /// <summary>Runs before each load or write.</summary>
    public Func<Task> Before { get; set; } = static () => Task.CompletedTask;

    /// <summary>Runs once a load has read its rows, or a write has changed them.</summary>
    public Func<Task> After { get; set; } = static () => Task.CompletedTask;

    /// <summary>Which keys it will never write.</summary>
    public Func<int, bool> Rejects { get; set; } = static _ => false;

    public void CountLoad() => Interlocked.Increment(ref _loads);
}
