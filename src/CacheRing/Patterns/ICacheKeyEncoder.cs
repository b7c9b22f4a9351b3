namespace CacheRing;

/// <summary>
/// Makes the text under which a value is cached from its key. Different keys must give different texts, and equal keys the same
/// in every process and version of the app. Safe for any number of threads.
/// </summary>
/// <remarks>
/// Built in: strings, numbers, <see cref="Guid"/>, <see cref="char"/>, <see cref="bool"/>, enums, dates and times, tuples of
/// these, and records (their public properties). Register your own for another type, or another form, as a singleton.
/// </remarks>
public interface ICacheKeyEncoder<in TKey>
    where TKey : notnull
{
    /// <summary>The text of a key: not empty, well-formed UTF-16, and short (Memcached takes 250 bytes with all prefixes).</summary>
    string Encode(TKey key);
}
