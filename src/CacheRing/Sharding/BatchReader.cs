using CacheRing.Nodes;

namespace CacheRing.Sharding;

/// <summary>Takes one node's part of a batch of reads: each value is copied once, from the transport's buffer.</summary>
internal sealed class BatchReader : IStoredReader
{
    private readonly Shard _shard;
    private readonly IReadOnlyList<string> _keys;
    private readonly byte[]?[] _values;

    public BatchReader(Shard shard, IReadOnlyList<string> keys)
    {
        _shard = shard;
        _keys = keys;
        _values = new byte[keys.Count][];
    }

    public int Found { get; private set; }

    public void Read(int index, ReadOnlySpan<byte> stored)
    {
        if (!_shard.TryRead(_keys[index], stored, out ReadOnlySpan<byte> value))
            return;
        _values[index] = value.ToArray();
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
