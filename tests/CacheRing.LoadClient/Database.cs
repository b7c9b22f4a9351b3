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

    /// <summary>The version that is there.</summary>
    public long Current(int key) => store.Current(key);

    /// <summary>Stores the version after the one that is there, and is back some time later.</summary>
    /// <exception cref="ConflictException">Another version is there.</exception>
    public async ValueTask AdvanceAsync(int key, long version, CancellationToken cancellation)
    {
        if (!store.TryAdvance(key, version))
            throw new ConflictException();
        int delay = Random.Shared.Next(100) < LongOnesInHundred ? LongDelay : 0;
        if (delay > 0)
            await Task.Delay(delay, cancellation);
    }

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
