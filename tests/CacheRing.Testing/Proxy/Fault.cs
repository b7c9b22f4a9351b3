namespace CacheRing.Testing.Proxy;

/// <summary>What a <see cref="FaultProxy"/> does to the bytes that pass through it.</summary>
internal enum FaultMode
{
    None,
    Cut,
    BlackHole,
    DropReplies,
    Trickle,
}

/// <summary>One setting of a <see cref="FaultProxy"/>; swapped as a whole.</summary>
internal sealed record Fault(FaultMode Mode, TimeSpan Delay = default, int BytesPerChunk = int.MaxValue, TimeSpan Interval = default)
{
    public static readonly Fault None = new(FaultMode.None);

    /// <summary>The client may learn nothing of the server, not even that it closed the connection.</summary>
    public bool HidesServer => Mode is FaultMode.BlackHole or FaultMode.DropReplies;
}
