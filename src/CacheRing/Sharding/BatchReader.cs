using System.Runtime.InteropServices;
using CacheRing.Nodes;

namespace CacheRing.Sharding;

/// <summary>Takes one node's part of a batch of reads: each value is copied once, from the transport's buffer.</summary>
internal sealed class BatchReader : IStoredReader
{
    private readonly Shard _shard;
    private readonly IReadOnlyList<string> _keys;
    private readonly byte[]?[] _values;
    private readonly int _epoch;
    private readonly bool _hasRecord;
    private readonly bool _asGuest;

    /// <param name="shard">The node.</param>
    /// <param name="keys">What is asked of it.</param>
    /// <param name="hasRecord">Whether the first of them is the record of the node's generation, and no key of the caller's.</param>
    /// <param name="asGuest">Whether the node is asked for another one, that is out.</param>
    public BatchReader(Shard shard, IReadOnlyList<string> keys, bool hasRecord, bool asGuest)
    {
        _shard = shard;
        _keys = keys;
        _epoch = shard.Node.Epoch;
        _hasRecord = hasRecord;
        _asGuest = asGuest;
        _values = new byte[keys.Count][];
    }

    public int Epoch => _epoch;

    public int Found { get; private set; }

    /// <summary>The record that came with the values; null when there is none.</summary>
    public byte[]? Record { get; private set; }

    public void Read(int index, ReadOnlySpan<byte> stored)
    {
        if (index == 0 && _hasRecord)
        {
            Record = stored.ToArray();
            return;
        }

        if (!_shard.TryRead(_keys[index], _epoch, stored, _asGuest, out ReadOnlySpan<byte> value))
            return;
        _values[index] = value.ToArray();
        Found++;
    }

    /// <summary>The values that were found, into the table of all keys that the caller has asked for.</summary>
    public void AddTo(Dictionary<string, byte[]?> asked)
    {
        for (int i = 0; i < _values.Length; i++)
        {
            if (_values[i] is { } value)
                CollectionsMarshal.GetValueRefOrAddDefault(asked, _keys[i], out _) = value;
        }
    }
}
