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

    /// <summary>Whether the head of a value can be read without the rest.</summary>
    public required bool ReadsHeads { get; init; }

    /// <summary>Whether the server has a limit for the size of one value that its operator may have set lower than ours.</summary>
    public required bool LimitsValues { get; init; }

    /// <summary>Whether renewing a lease gives it another token, so that one which keeps its token is not being renewed.</summary>
    public bool RenewalChangesToken { get; init; }
}
