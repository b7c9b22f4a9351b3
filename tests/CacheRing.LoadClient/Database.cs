using CacheRing.Testing.History;
using CacheRing.Testing.Loads;

namespace CacheRing.LoadClient;

/// <summary>The database of the run as this client's loads read it.</summary>
internal sealed class Database(HistoryStore store, LoadBoard board)
{
    private const int MostDelay = 3;
    private const int LongDelay = 20;
    private const int LongOnesInHundred = 5;

    public static string NameOf(int key) => FormattableString.Invariant($"k{key}");

    /// <summary>Stores a new version.</summary>
    public long Change(int key) => store.Next(key);

    /// <summary>
    /// Reads the version that is there, and is back with it some time later: a moment, in which it may be changed, or one in
    /// which much may happen.
    /// </summary>
    public async ValueTask<long> ReadAsync(int key, CancellationToken cancellation)
    {
        board.Begun(key);
        long version = store.Current(key);
        int delay = Random.Shared.Next(100) < LongOnesInHundred ? LongDelay : Random.Shared.Next(MostDelay + 1);
        if (delay > 0)
            await Task.Delay(delay, cancellation);
        return version;
    }
}
