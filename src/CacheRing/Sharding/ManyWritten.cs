namespace CacheRing.Sharding;

/// <summary>How many writes to one node went.</summary>
/// <param name="Failures">Null for each that was written, in the order of the writes.</param>
/// <param name="IsConfirmed">
/// Whether the node's generation was still the one they were made in. If not, nobody can read them, and they are to be made anew.
/// </param>
internal readonly record struct ManyWritten(NodeException?[] Failures, bool IsConfirmed);
