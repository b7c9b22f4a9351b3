using CacheRing.Nodes;

namespace CacheRing.Failover;

/// <summary>
/// Unconditional writes of one connection that nobody has answered: they may still arrive, behind whatever is sent now.
/// </summary>
/// <param name="Epoch">The connection.</param>
/// <param name="ConnectionId">The server's number for it, by which it can be ended; null when that is not known.</param>
/// <param name="Process">
/// The server process that it led to; null when that is not known. With the process the connection has ended, and its number may
/// be another client's by now.
/// </param>
/// <param name="Generation">The latest generation that those writes may carry.</param>
/// <param name="FirstStamp">The earliest stamp that they carry; 0 when that is not known.</param>
/// <param name="Number">By which a later doubt about the same connection is told apart.</param>
internal readonly record struct Doubt(
    int Epoch, long? ConnectionId, NodeProcess? Process, ulong Generation, ulong FirstStamp, long Number)
{
    /// <summary>The earlier of two stamps of one client, which count up; 0 when one is not known.</summary>
    public static ulong Earlier(ulong one, ulong other) =>
        one == 0 || other == 0 ? 0
        : (long)(one - other) < 0 ? one
        : other;
}
