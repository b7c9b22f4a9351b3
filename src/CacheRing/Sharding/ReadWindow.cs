using CacheRing.Nodes;

namespace CacheRing.Sharding;

/// <summary>
/// A large batch of reads, a window of its keys at a time: the first ones by count, the later ones by how large the values have been, so
/// that each answer is about as long as it may be. Each window is a command of its own, with a deadline of its own.
/// </summary>
internal sealed class ReadWindow : IStoredReader
{
    /// <summary>How many keys are read at once before anything is known of their values.</summary>
    public const int FirstKeys = 512;

    private const int MostKeys = 4096;
    private const int LeastKeys = 8;
    private const long Bytes = 1024 * 1024;

    private readonly IReadOnlyList<string> _all;
    private readonly IStoredReader _reader;
    private int _first;
    private int _count;
    private long _bytes;
    private int _read;

    public ReadWindow(IReadOnlyList<string> keys, IStoredReader reader)
    {
        _all = keys;
        _reader = reader;
    }

    /// <summary>The keys of this window.</summary>
    public IReadOnlyList<string> Keys { get; private set; } = [];

    public bool MoveNext()
    {
        _first += _count;
        _read += _count;
        long fitting = _read == 0 ? FirstKeys : Bytes / Math.Max(1, _bytes / _read);
        _count = (int)Math.Min(Math.Clamp(fitting, LeastKeys, MostKeys), _all.Count - _first);
        Keys = [.. Enumerable.Range(_first, _count).Select(i => _all[i])];
        return _count > 0;
    }

    void IStoredReader.Read(int index, ReadOnlySpan<byte> stored)
    {
        _bytes += stored.Length;
        _reader.Read(_first + index, stored);
    }
}
