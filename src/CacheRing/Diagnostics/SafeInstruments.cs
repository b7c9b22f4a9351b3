using System.Diagnostics.Metrics;

namespace CacheRing.Diagnostics;

/// <summary>
/// Counts, and keeps what a listener of the meter throws from whoever counts: listeners are called on the caller's thread, which may be
/// the one that reads a connection's answers.
/// </summary>
internal static class SafeInstruments
{
    public static void TryAdd(this Counter<long> counter, long delta, KeyValuePair<string, object?>[] tags)
    {
        try
        {
            counter.Add(delta, tags);
        }
#pragma warning disable CA1031 // A listener's fault is the listener's.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    public static void TryRecord<T>(this Histogram<T> histogram, T value, KeyValuePair<string, object?>[] tags)
        where T : struct
    {
        try
        {
            histogram.Record(value, tags);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
