namespace CacheRing.Nodes;

/// <summary>What a placeholder says and what it may replace.</summary>
/// <param name="Generation">The generation of the miss. Entries and placeholders of others are replaced in any case (Redis).</param>
/// <param name="Stamp">A stamp that is given out once: the lease's token, where the transport has no numbers of its own.</param>
/// <param name="Seen">The token of what was read and judged dead; 0 when nothing was there.</param>
/// <param name="Length">How long the lease lasts when it is not renewed.</param>
internal readonly record struct LeaseTerms(ulong Generation, ulong Stamp, ulong Seen, TimeSpan Length);
