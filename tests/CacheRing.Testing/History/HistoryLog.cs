using System.Diagnostics;

namespace CacheRing.Testing.History;

/// <summary>
/// What one client has done, in a file that is whole up to the last finished record when the client is killed. Any number of
/// threads append to it without a lock: each claims a slot, fills it, and marks it as filled.
/// </summary>
public sealed unsafe class HistoryLog : IDisposable
{
    private const int HeaderBytes = 64;
    private const int MarkBytes = 8;
    private const long Filled = 0x46494C4C;

    private static readonly int SlotBytes = MarkBytes + sizeof(HistoryRecord);

    private readonly SharedFile _file;
    private readonly short _client;
    private readonly long _capacity;

    /// <summary>Makes the log, or goes on with it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="client">Whose log it is.</param>
    /// <param name="capacity">How many records it can hold.</param>
    public HistoryLog(string path, int client, long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _file = new SharedFile(path, HeaderBytes + (capacity * SlotBytes));
        _client = checked((short)client);
        _capacity = (_file.Length - HeaderBytes) / SlotBytes;
    }

    /// <summary>The time to note as an operation's beginning or end.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    /// <summary>Notes an operation that has ended just now.</summary>
    public void Append(HistoryKind kind, HistoryOutcome outcome, int key, long version, long begun)
    {
        long ended = Now;
        byte* slot = Claim();
        *(HistoryRecord*)(slot + MarkBytes) = new HistoryRecord(kind, outcome, _client, key, version, begun, ended);
        Volatile.Write(ref *(long*)slot, Filled);
    }

    /// <summary>All that was noted in a file. A slot whose writer did not live to fill it is passed over.</summary>
    public static IReadOnlyList<HistoryRecord> Read(string path)
    {
        using SharedFile file = new(path, HeaderBytes);
        long capacity = (file.Length - HeaderBytes) / SlotBytes;
        long claimed = Math.Min(Volatile.Read(ref *(long*)file.At(0)), capacity);
        List<HistoryRecord> records = new((int)claimed);
        for (long i = 0; i < claimed; i++)
        {
            byte* slot = file.At(HeaderBytes + (i * SlotBytes));
            if (Volatile.Read(ref *(long*)slot) == Filled)
                records.Add(*(HistoryRecord*)(slot + MarkBytes));
        }

        return records;
    }

    /// <summary>Claims a slot and leaves it unfilled, as a writer does that is killed at this point.</summary>
    internal void Tear() => Claim();

    public void Dispose() => _file.Dispose();

    private byte* Claim()
    {
        long index = Interlocked.Increment(ref *(long*)_file.At(0)) - 1;
        if (index >= _capacity)
            throw new InvalidOperationException($"The log is full: it holds {_capacity} records.");
        return _file.At(HeaderBytes + (index * SlotBytes));
    }
}
