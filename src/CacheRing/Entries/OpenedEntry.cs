namespace CacheRing.Entries;

/// <summary>What reading an entry's header gave.</summary>
/// <param name="ValueOffset">Where the value begins.</param>
/// <param name="Renewal">The time to live that a hit gives the entry; null when it is not sliding.</param>
/// <param name="Generation">The generation of the node that it was made in; 0 where entries have none.</param>
/// <param name="Stamp">What tells this write from all others; 0 where entries have none.</param>
/// <param name="IsGuest">Whether it is a copy on a node that does not own the key.</param>
/// <param name="Annex">Where the annex is; empty when the entry has none.</param>
internal readonly record struct OpenedEntry(
    int ValueOffset, TimeSpan? Renewal, ulong Generation = 0, ulong Stamp = 0, bool IsGuest = false, AnnexPlace Annex = default)
{
    /// <summary>The deadline that the server keeps by its own clock, in milliseconds since 1970 UTC; null when a reader's clock decides.</summary>
    public long? ServersDeadline { get; init; }
}

/// <summary>Where in an entry its annex is.</summary>
internal readonly record struct AnnexPlace(int Offset, int Length);

/// <summary>Whether stored bytes are a value that may be given out.</summary>
internal enum EntryReading
{
    Live,

    /// <summary>Expired, or no value.</summary>
    Dead,

    /// <summary>Not of this format, or of a later version.</summary>
    Unreadable,
}
