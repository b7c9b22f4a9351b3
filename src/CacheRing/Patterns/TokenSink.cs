using CacheRing.Invalidation;
using CacheRing.Sharding;

namespace CacheRing.Patterns;

/// <summary>Wants to know the version of everything, and nothing of the value.</summary>
internal sealed class TokenSink : IEntrySink
{
    /// <summary>The version of the tag "*"; 0 when it has none, or was not asked for.</summary>
    public ulong Everything { get; set; }

    void IEntrySink.Begin(bool readsOthers)
    {
        if (readsOthers)
            Everything = 0;
    }

    void IEntrySink.Other(int index, ReadOnlySpan<byte> stored) => Everything = TagKeys.VersionIn(stored);

    void IEntrySink.Entry(ReadOnlySpan<byte> annex, ReadOnlySpan<byte> value, long? serversDeadline)
    {
    }
}
