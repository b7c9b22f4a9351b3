using CacheRing.Failover;
using CacheRing.Nodes;

namespace CacheRing.Sharding;

/// <summary>Takes the record of a node's generation, and nothing else.</summary>
internal sealed class RecordReader : IStoredReader
{
    public static readonly string[] Keys = [GenerationRecord.Key];

    /// <summary>Its bytes; null when there is none.</summary>
    public byte[]? Record { get; private set; }

    public void Read(int index, ReadOnlySpan<byte> stored) => Record = stored.ToArray();
}
