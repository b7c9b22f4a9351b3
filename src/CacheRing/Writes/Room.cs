namespace CacheRing.Writes;

/// <summary>How much may be pending: writes and bytes. Safe for any number of threads.</summary>
internal sealed class Room(int maxWrites, long maxBytes)
{
    // Both numbers change together: one that was taken and given back for want of the other would turn away a third.
    private readonly Lock _gate = new();
    private readonly Signal _freed = new();
    private int _writes;
    private long _bytes;
    private int _waiting;

    public int Writes => Volatile.Read(ref _writes);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether somebody waits for room.</summary>
    public bool IsWantedMore => Volatile.Read(ref _waiting) > 0;

    /// <summary>Whether something of this size fits once nothing else is pending.</summary>
    public bool CanEverTake(long bytes) => bytes <= maxBytes;

    /// <summary>Takes room, if there is enough. What does not grow always has it.</summary>
    public bool TryTake(int writes, long bytes)
    {
        lock (_gate)
        {
            if ((writes > 0 && _writes + writes > maxWrites) || (bytes > 0 && _bytes + bytes > maxBytes))
                return false;
            _writes += writes;
            _bytes += bytes;
        }

        if (writes < 0 || bytes < 0)
            Wake();
        return true;
    }

    /// <summary>Takes room for what is there already.</summary>
    public void Take(int writes, long bytes)
    {
        lock (_gate)
        {
            _writes += writes;
            _bytes += bytes;
        }
    }

    public void Give(int writes, long bytes)
    {
        Take(-writes, -bytes);
        Wake();
    }

    /// <summary>Says that somebody waits, until it is disposed of.</summary>
    public Waiting Wait() => new(this);

    /// <summary>Has all who wait look again.</summary>
    public void Wake()
    {
        if (IsWantedMore)
            _freed.Set();
    }

    internal readonly struct Waiting : IDisposable
    {
        private readonly Room _room;

        public Waiting(Room room)
        {
            _room = room;
            Interlocked.Increment(ref room._waiting);
        }

        /// <summary>Ends when room is next given. To be taken before a try, so that none is missed between the two.</summary>
        public Task Freed => _room._freed.Next;

        public void Dispose() => Interlocked.Decrement(ref _room._waiting);
    }
}
