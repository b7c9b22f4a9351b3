using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace CacheRing;

/// <summary>
/// What a batch of reads found: the values by key, without the keys that are not there. Immutable, safe for any number of
/// threads.
/// </summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It is the answer to a batch, which can be read as a dictionary.")]
public sealed class CacheBatch : IReadOnlyDictionary<string, byte[]>
{
    private readonly Dictionary<string, byte[]> _found;

    internal CacheBatch(Dictionary<string, byte[]> found, IReadOnlyCollection<string> unavailable)
    {
        _found = found;
        Unavailable = unavailable;
    }

    /// <summary>
    /// Keys whose node did not answer: they may or may not be in the cache. Empty when every node answered.
    /// </summary>
    public IReadOnlyCollection<string> Unavailable { get; }

    /// <summary>How many keys were found.</summary>
    public int Count => _found.Count;

    /// <summary>The keys that were found.</summary>
    public IEnumerable<string> Keys => _found.Keys;

    /// <summary>Their values.</summary>
    public IEnumerable<byte[]> Values => _found.Values;

    /// <summary>The value of a key that was found.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="KeyNotFoundException">The key was not found.</exception>
    public byte[] this[string key] => _found[key];

    /// <summary>Whether a key was found.</summary>
    /// <param name="key">The key.</param>
    /// <returns><see langword="true"/> when it was.</returns>
    public bool ContainsKey(string key) => _found.ContainsKey(key);

    /// <summary>The value of a key, if it was found.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns><see langword="true"/> when it was found.</returns>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out byte[] value) => _found.TryGetValue(key, out value);

    /// <summary>The keys found and their values.</summary>
    /// <returns>An enumerator.</returns>
    public IEnumerator<KeyValuePair<string, byte[]>> GetEnumerator() => _found.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
