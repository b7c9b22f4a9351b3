namespace CacheRing.Nodes;

/// <summary>
/// Where a transport differs from the others: each declares it, the contract tests and docs/memcached.md go by it.
/// </summary>
internal sealed record NodeTraits
{
    /// <summary>
    /// The unit of the server's clock. An entry may be kept this much, and a unit more, longer than asked for; where its header
    /// has a deadline, it is a miss on time all the same.
    /// </summary>
    public required TimeSpan ExpiryResolution { get; init; }

    /// <summary>Whether the server lets go of an entry to the millisecond, so that no reader need look at a clock of its own.</summary>
    public bool EndsOnTime => ExpiryResolution <= TimeSpan.FromMilliseconds(1);

    /// <summary>Whether the head of a value can be read without the rest.</summary>
    public required bool ReadsHeads { get; init; }

    /// <summary>Whether a server that refuses a value for its size has let the older one go.</summary>
    public required bool DropsTooLarge { get; init; }

    /// <summary>Whether renewing a lease gives it another token, so that one which keeps its token is not being renewed.</summary>
    public bool RenewalChangesToken { get; init; }
}
