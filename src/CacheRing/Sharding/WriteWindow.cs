using CacheRing.Nodes;

namespace CacheRing.Sharding;

/// <summary>How much of a batch of writes is sent at once: bounded by bytes and by count, at least one.</summary>
internal static class WriteWindow
{
    private const int MostWrites = 1024;
    private const int MostBytes = 1024 * 1024;

    public static NodeWrite[] Next(IReadOnlyList<NodeWrite> writes, int first)
    {
        int count = 0;
        for (long bytes = 0; first + count < writes.Count && count < MostWrites; count++)
        {
            bytes += writes[first + count].Entry.Memory.Length;
            if (bytes > MostBytes && count > 0)
                break;
        }

        NodeWrite[] window = new NodeWrite[count];
        for (int i = 0; i < count; i++)
            window[i] = writes[first + i];
        return window;
    }
}
