using System.Diagnostics;
using CacheRing.Testing.History;

namespace CacheRing.Testing.Loads;

/// <summary>
/// Which version of each key has been stored in the database with the cache's word that everything older is removed; and
/// since when. What any process notes here, a read that begins later in any process must not fall behind.
/// </summary>
public sealed unsafe class RemovedVersions : IDisposable
{
    private readonly SharedFile _file;
    private readonly int _keys;
    private readonly int _versions;

    private RemovedVersions(SharedFile file, int keys, int versions)
    {
        _file = file;
        _keys = keys;
        _versions = versions;
    }

    /// <summary>Opens them at this path; the first to do so makes them, with every key at version 0.</summary>
    /// <param name="path">The file. What is not used of it takes no space.</param>
    /// <param name="keys">How many keys there are.</param>
    /// <param name="versions">How many versions a key can have.</param>
    public static RemovedVersions Open(string path, int keys, int versions) =>
        new(new SharedFile(path, (long)keys * (versions + 1) * sizeof(long)), keys, versions);

    /// <summary>The latest version of a key of which it is known.</summary>
    public long Latest(int key) => Volatile.Read(ref *At(key, 0));

    /// <summary>What is older than this version has been removed.</summary>
    public void Note(int key, long version)
    {
        Volatile.Write(ref *At(key, version), Stopwatch.GetTimestamp());
        ref long latest = ref *At(key, 0);
        for (long known = Volatile.Read(ref latest); known < version; known = Volatile.Read(ref latest))
            Interlocked.CompareExchange(ref latest, version, known);
    }

    /// <summary>How stale a version was at a time: for how long it had been known that it is to be read no more.</summary>
    /// <param name="key">The key.</param>
    /// <param name="version">What was read.</param>
    /// <param name="latest">A later version, noted before that time.</param>
    /// <param name="at">The time.</param>
    public TimeSpan StalenessOf(int key, long version, long latest, long at)
    {
        long since = at;
        for (long later = version + 1; later <= latest; later++)
        {
            if (Volatile.Read(ref *At(key, later)) is var noted and not 0)
                since = Math.Min(since, noted);
        }

        return Stopwatch.GetElapsedTime(since, at);
    }

    public void Dispose() => _file.Dispose();

    private long* At(int key, long version)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(key, _keys);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version, _versions);
        return (long*)_file.At(((long)key * (_versions + 1) + version) * sizeof(long));
    }
}
