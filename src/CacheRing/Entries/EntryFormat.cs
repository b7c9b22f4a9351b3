namespace CacheRing;

/// <summary>The form in which a value is stored on a node.</summary>
public enum EntryFormat
{
    /// <summary>
    /// A compact header, then the value. Sliding expiry and every consistency guarantee need the header.
    /// </summary>
    CacheRing = 0,

    /// <summary>
    /// The value's bytes as given, for sharing keys with clients in other languages. No header: sliding expiry is refused,
    /// and what needs a header does not hold.
    /// </summary>
    Raw,
}
