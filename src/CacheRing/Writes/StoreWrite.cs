namespace CacheRing;

/// <summary>A write that the store is to carry out.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Kind">What is to be done.</param>
/// <param name="Value">The value of an upsert; the default for a delete.</param>
/// <param name="Sequence">
/// Grows with each write of this cache in this process, and from one run to the next as long as the clock is not set back (with
/// a journal: whatever the clock says). It says nothing about writes of other processes.
/// </param>
/// <param name="Id">The same whenever this write comes again, and that of no other write.</param>
public sealed record StoreWrite<TKey, TValue>(TKey Key, StoreWriteKind Kind, TValue? Value, long Sequence, Guid Id)
    where TKey : notnull
{
    /// <summary>Without the value: it may be confidential.</summary>
    public override string ToString() => FormattableString.Invariant($"{Kind} {Id} (sequence {Sequence})");
}

/// <summary>What a store is to do with a key.</summary>
public enum StoreWriteKind
{
    /// <summary>Insert the value, or replace the one that is there.</summary>
    Upsert,

    /// <summary>Delete the value, if there is one.</summary>
    Delete,
}
