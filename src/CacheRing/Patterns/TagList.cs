using CacheRing.Invalidation;

namespace CacheRing.Patterns;

/// <summary>The tags of a call, each once.</summary>
internal static class TagList
{
    private const int LongestTag = 1000;

    /// <exception cref="ArgumentException">A tag is null, empty, too long, or the wildcard.</exception>
    public static string[] Of(IEnumerable<string>? tags)
    {
        if (tags is null)
            return [];
        string[] list = tags is string[] array ? array : [.. tags];
        if (list.Length == 0)
            return [];
        foreach (string tag in list)
        {
            Check(tag);
            if (tag == TagKeys.Everything)
                throw new ArgumentException("The tag '*' stands for every entry. It can be removed, and not given.", nameof(tags));
        }

        return list.Length == 1 ? list : [.. list.Distinct(StringComparer.Ordinal)];
    }

    /// <exception cref="ArgumentException">The tag is null, empty, too long or malformed.</exception>
    public static void Check(string tag)
    {
        if (string.IsNullOrWhiteSpace(tag))
            throw new ArgumentException("A tag is null, empty or white space.", nameof(tag));
        if (tag.Length > LongestTag)
            throw new ArgumentException(FormattableString.Invariant($"A tag is longer than {LongestTag} characters."), nameof(tag));
        for (int i = 0; i < tag.Length; i++)
        {
            if (!char.IsSurrogate(tag[i]))
                continue;
            if (!char.IsHighSurrogate(tag[i]) || i + 1 == tag.Length || !char.IsLowSurrogate(tag[i + 1]))
                throw new ArgumentException("A tag is not well-formed UTF-16: it holds half a surrogate pair.", nameof(tag));
            i++;
        }
    }
}
