namespace CacheRing;

/// <summary>How a batch of writes or removes went. Immutable, safe for any number of threads.</summary>
public sealed class CacheBatchOutcome
{
    internal CacheBatchOutcome(IReadOnlyCollection<string> unavailable)
    {
        Unavailable = unavailable;
    }

    /// <summary>Keys whose node did not carry out the write or remove. Empty when all were carried out.</summary>
    public IReadOnlyCollection<string> Unavailable { get; }

    /// <summary>Whether every key was written or removed.</summary>
    public bool IsComplete => Unavailable.Count == 0;
}
