using CacheRing.Entries;
using CacheRing.Nodes;

namespace CacheRing.Sharding;

/// <summary>Takes one node's part of a batch of reads: each value is copied once, from the transport's buffer.</summary>
internal sealed class BatchReader : IStoredReader
{
    private readonly Shard _shard;
    private readonly IReadOnlyList<string> _keys;
    private readonly EntryCodec _codec;
    private readonly byte[]?[] _values;

    public BatchReader(Shard shard, IReadOnlyList<string> keys, EntryCodec codec)
    {
        _shard = shard;
        _keys = keys;
        _codec = codec;
        _values = new byte[keys.Count][];
    }

    public int Found { get; private set; }

    public void Read(int index, ReadOnlySpan<byte> stored)
    {
        EntryReading reading = _codec.Read(stored, out OpenedEntry opened);
        if (reading == EntryReading.Unreadable)
            _shard.FoundUnreadable();
        if (reading != EntryReading.Live)
            return;

        if (opened.Renewal is { } renewal)
            _shard.Node.ExpireUnawaited(_keys[index], renewal);
        _values[index] = stored[opened.ValueOffset..].ToArray();
        Found++;
    }

    public void AddTo(Dictionary<string, byte[]> found)
    {
        for (int i = 0; i < _values.Length; i++)
        {
            if (_values[i] is { } value)
                found.Add(_keys[i], value);
        }
    }
}
