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
    private readonly Dictionary<string, byte[]?> _asked;

    /// <param name="asked">The keys that were asked for, each with its value; null when it was not found.</param>
    /// <param name="count">How many were found.</param>
    /// <param name="unavailable">Keys whose node did not answer.</param>
    internal CacheBatch(Dictionary<string, byte[]?> asked, int count, IReadOnlyCollection<string> unavailable)
    {
        _asked = asked;
        Count = count;
        Unavailable = unavailable;
    }

    /// <summary>
    /// Keys whose node did not answer: they may or may not be in the cache. Empty when every node answered.
    /// </summary>
    public IReadOnlyCollection<string> Unavailable { get; }

    /// <summary>How many keys were found.</summary>
    public int Count { get; }

    /// <summary>The keys that were found.</summary>
    public IEnumerable<string> Keys => this.Select(static entry => entry.Key);

    /// <summary>Their values.</summary>
    public IEnumerable<byte[]> Values => this.Select(static entry => entry.Value);

    /// <summary>The value of a key that was found.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="KeyNotFoundException">The key was not found.</exception>
    public byte[] this[string key] =>
        TryGetValue(key, out byte[]? value) ? value : throw new KeyNotFoundException($"The batch has found no value for key '{key}'.");

    /// <summary>Whether a key was found.</summary>
    /// <param name="key">The key.</param>
    /// <returns><see langword="true"/> when it was.</returns>
    public bool ContainsKey(string key) => TryGetValue(key, out _);

    /// <summary>The value of a key, if it was found.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns><see langword="true"/> when it was found.</returns>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out byte[] value) => _asked.TryGetValue(key, out value) && value is not null;

    /// <summary>The keys found and their values.</summary>
    /// <returns>An enumerator.</returns>
    public IEnumerator<KeyValuePair<string, byte[]>> GetEnumerator()
    {
        foreach ((string key, byte[]? value) in _asked)
        {
            if (value is not null)
                yield return new KeyValuePair<string, byte[]>(key, value);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
