using CacheRing.Sharding;

namespace CacheRing.Patterns;

/// <summary>Wants to know nothing of what is read.</summary>
internal sealed class Ignorant : IEntrySink
{
    private Ignorant()
    {
    }

    public static Ignorant Instance { get; } = new();

    public void Begin(bool readsOthers)
    {
    }

    public void Other(int index, ReadOnlySpan<byte> stored)
    {
    }

    public void Entry(ReadOnlySpan<byte> annex, ReadOnlySpan<byte> value, long? serversDeadline)
    {
    }
}
