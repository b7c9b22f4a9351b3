using System.Buffers;
using CacheRing.Diagnostics;
using CacheRing.Entries;

namespace CacheRing.Sharding;

/// <content>What loading a key through this node needs; see <see cref="KeyLoad"/>.</content>
internal sealed partial class Shard
{
    public TimeProvider Time => _time;

    public ulong NextStamp() => _codec.Stamps.Next();

    /// <summary>The form in which this node keeps a value that was loaded after a miss in this generation.</summary>
    public PooledEntry Encode(
        string key, in ReadOnlySequence<byte> value, EntryLifetime lifetime, ulong generation, bool asGuest, ReadOnlySpan<byte> annex) =>
        _codec.Encode(value, lifetime, Node.KeepsKeyInEntry(key) ? key : null, generation, asGuest, annex);

    /// <summary>A lifetime as a copy has it on a node that does not own the key.</summary>
    public EntryLifetime AsGuest(EntryLifetime lifetime)
    {
        long end = (_time.GetUtcNow() + _guestLifetime).ToUnixTimeMilliseconds();
        return new EntryLifetime(lifetime.Deadline < end ? lifetime.Deadline : end, Window: null);
    }

    public void LoadFailed(CacheOperation operation, string key, NodeException failure)
    {
        Failed(operation, failure, keys: 1);
        LogEvents.CallFailed(_logger, operation, key, Node.Name, failure);
    }
}
