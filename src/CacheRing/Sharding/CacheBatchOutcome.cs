namespace CacheRing;

/// <summary>How a batch of writes or removes went. Immutable, safe for any number of threads.</summary>
public sealed class CacheBatchOutcome
{
    internal CacheBatchOutcome(IReadOnlyCollection<string> unavailable)
    {
        Unavailable = unavailable;
    }

    /// <summary>
    /// Keys whose node has not carried out the write or remove. It is <see cref="RemoveOutcome.Queued"/>: a remove will be
    /// delivered when the node answers again; of a write, too, no more than that the older value goes. All other keys are
    /// <see cref="RemoveOutcome.Applied"/>.
    /// </summary>
    public IReadOnlyCollection<string> Unavailable { get; }

    /// <summary>Whether every key was written or removed.</summary>
    public bool IsComplete => Unavailable.Count == 0;
}
