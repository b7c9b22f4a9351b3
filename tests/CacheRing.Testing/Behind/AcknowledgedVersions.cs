using CacheRing.Testing.History;

namespace CacheRing.Testing.Behind;

/// <summary>The last version of each key that was acknowledged to a writer; and whether anybody has read an older one afterwards. Survives the process that notes it.</summary>
public sealed unsafe class AcknowledgedVersions : IDisposable
{
    private readonly SharedFile _file;
    private readonly int _keys;

    private AcknowledgedVersions(SharedFile file, int keys)
    {
        _file = file;
        _keys = keys;
    }

    /// <summary>How many writes were acknowledged.</summary>
    public long Count => Volatile.Read(ref *At(_keys));

    /// <summary>How many reads gave less than what was acknowledged before they began.</summary>
    public long StaleReads => Volatile.Read(ref *At(_keys + 1));

    /// <summary>How many changes a node could not be told of, before the process that had them queued was perhaps killed.</summary>
    public long Untold => Volatile.Read(ref *At(_keys + 2));

    public static AcknowledgedVersions Open(string path, int keys) => new(new SharedFile(path, (keys + 3L) * sizeof(long)), keys);

    public long Of(int key) => Volatile.Read(ref *At(key));

    /// <summary>To be called by the key's only writer.</summary>
    public void Note(int key, long version)
    {
        Volatile.Write(ref *At(key), version);
        Interlocked.Increment(ref *At(_keys));
    }

    public void NoteStaleRead() => Interlocked.Increment(ref *At(_keys + 1));

    public void NoteUntold() => Interlocked.Increment(ref *At(_keys + 2));

    public void Dispose() => _file.Dispose();

    private long* At(int place) => (long*)_file.At((long)place * sizeof(long));
}
