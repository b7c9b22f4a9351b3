namespace CacheRing;

/// <summary>
/// Thrown by a store that will never carry out some of a batch's writes (a constraint is violated, say), however often they
/// are tried: a write-behind cache gives them to its dead-letter sink at once. The others of the batch count as carried out.
/// </summary>
public sealed class StoreWriteRejectedException : Exception
{
    /// <summary>The whole batch is rejected.</summary>
    public StoreWriteRejectedException()
        : this("The store has rejected the writes.")
    {
    }

    /// <summary>The whole batch is rejected.</summary>
    public StoreWriteRejectedException(string message)
        : base(message)
    {
    }

    /// <summary>The whole batch is rejected.</summary>
    public StoreWriteRejectedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Some writes of the batch are rejected.</summary>
    /// <param name="message">Why.</param>
    /// <param name="rejected">The ids of the writes (<see cref="StoreWrite{TKey, TValue}.Id"/>).</param>
    /// <param name="innerException">What the database has said.</param>
    public StoreWriteRejectedException(string message, IReadOnlyCollection<Guid> rejected, Exception? innerException = null)
        : base(message, innerException)
    {
        ArgumentNullException.ThrowIfNull(rejected);
        Rejected = rejected;
    }

    /// <summary>The ids of the writes that are rejected; null: all of the batch.</summary>
    public IReadOnlyCollection<Guid>? Rejected { get; }
}
