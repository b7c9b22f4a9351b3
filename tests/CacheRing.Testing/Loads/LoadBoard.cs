using System.Diagnostics;
using CacheRing.Testing.History;

namespace CacheRing.Testing.Loads;

/// <summary>
/// Who calls for a key and who loads it, noted by all processes of a run and there when one of them is killed. Times are of
/// <see cref="Stopwatch.GetTimestamp"/>, which on Linux is one clock for all processes.
/// </summary>
public sealed unsafe class LoadBoard : IDisposable
{
    /// <summary>Of so many loads of a key it is noted when they began; all are counted.</summary>
    public const int Noted = 62;

    private const int HeadBytes = sizeof(long);
    private const int CallsOffset = 0;
    private const int LoadsOffset = sizeof(long);
    private const int TimesOffset = 2 * sizeof(long);
    private const int BytesPerKey = TimesOffset + (Noted * sizeof(long));

    private readonly SharedFile _file;
    private readonly int _keys;

    private LoadBoard(SharedFile file, int keys)
    {
        _file = file;
        _keys = keys;
    }

    /// <summary>How often any key was loaded.</summary>
    public long AllLoads => Enumerable.Range(0, _keys).Sum(LoadsOf);

    /// <summary>For how long a client stood still at most, since this was last set to zero. What it held then may have been another's.</summary>
    public TimeSpan LongestStall
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref *(long*)_file.At(0)));
        set => Volatile.Write(ref *(long*)_file.At(0), value.Ticks);
    }

    /// <summary>Opens the board at this path; the first to do so makes it.</summary>
    public static LoadBoard Open(string path, int keys) => new(new SharedFile(path, HeadBytes + ((long)keys * BytesPerKey)), keys);

    /// <summary>A client stood still.</summary>
    public void StoodStill(TimeSpan time)
    {
        long* longest = (long*)_file.At(0);
        for (long seen = Volatile.Read(ref *longest); time.Ticks > seen; seen = Volatile.Read(ref *longest))
            Interlocked.CompareExchange(ref *longest, time.Ticks, seen);
    }

    /// <summary>A caller is about to call.</summary>
    public void Called(int key) => Interlocked.Increment(ref *At(key, CallsOffset));

    /// <summary>A load begins.</summary>
    /// <returns>Its number among those of the key, from 0.</returns>
    public long Begun(int key)
    {
        long now = Stopwatch.GetTimestamp();
        long number = Interlocked.Increment(ref *At(key, LoadsOffset)) - 1;
        if (number < Noted)
            Volatile.Write(ref *At(key, TimesOffset + (number * sizeof(long))), now);
        return number;
    }

    /// <summary>How many have called.</summary>
    public long CallsOf(int key) => Volatile.Read(ref *At(key, CallsOffset));

    /// <summary>How many loads have begun.</summary>
    public long LoadsOf(int key) => Volatile.Read(ref *At(key, LoadsOffset));

    /// <summary>When a load began; 0 when it has not.</summary>
    public long BeginOf(int key, int number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Noted);
        return Volatile.Read(ref *At(key, TimesOffset + (number * sizeof(long))));
    }

    public void Dispose() => _file.Dispose();

    private long* At(int key, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(key, _keys);
        return (long*)_file.At(HeadBytes + ((long)key * BytesPerKey) + offset);
    }
}
