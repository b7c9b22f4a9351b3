namespace CacheRing.Nodes;

/// <summary>What a node said of itself on a connection.</summary>
/// <param name="Epoch">The connection's number, the same before and after.</param>
/// <param name="Process">Which process it is.</param>
/// <param name="Record">The bytes of the record of its generation; null when it has none.</param>
/// <param name="ConnectionId">The server's number for the connection, where a connection can be ended by it.</param>
internal sealed record NodeGreeting(int Epoch, NodeProcess Process, byte[]? Record, long? ConnectionId)
{
    /// <summary>Records that are there and differ, where a node keeps more than one: none of them is its record.</summary>
    public IReadOnlyList<byte[]> Disagreeing { get; init; } = [];
}
