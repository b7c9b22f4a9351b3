namespace CacheRing.Testing.History;

/// <summary>
/// The database of a recorded run: of each key, only how often it has changed. All processes of the run share it, and its
/// versions are the truth that reads are held against.
/// </summary>
public sealed unsafe class HistoryStore : IDisposable
{
    private readonly SharedFile _file;

    private HistoryStore(SharedFile file, int keys)
    {
        _file = file;
        Keys = keys;
    }

    public int Keys { get; }

    /// <summary>Opens the store at this path; the first to do so makes it, with every key at version 0.</summary>
    public static HistoryStore Open(string path, int keys)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keys);
        return new HistoryStore(new SharedFile(path, (long)keys * sizeof(long)), keys);
    }

    /// <summary>Changes a key, and returns its new version.</summary>
    public long Next(int key) => Interlocked.Increment(ref *Version(key));

    /// <summary>Changes a key to the next version, unless somebody else has changed it: whoever wants to must have seen the last.</summary>
    public bool TryAdvance(int key, long version) => Interlocked.CompareExchange(ref *Version(key), version, version - 1) == version - 1;

    /// <summary>The version of a key; 0 when it has never changed.</summary>
    public long Current(int key) => Volatile.Read(ref *Version(key));

    public void Dispose() => _file.Dispose();

    private long* Version(int key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(key, Keys);
        return (long*)_file.At((long)key * sizeof(long));
    }
}
