using System.Diagnostics.CodeAnalysis;
using CacheRing.Invalidation;

namespace CacheRing.Patterns;

/// <summary>
/// A value that the process keeps. One that nobody can change is given to all callers; of any other each gets a copy of its
/// own, made from the stored bytes.
/// </summary>
internal sealed class LocalValue<T> : LocalEntry
{
    private readonly ValueFormat<T> _format;
    private readonly T? _value;
    private readonly byte[]? _bytes;

    [SetsRequiredMembers]
    public LocalValue(ValueFormat<T> format, T? value, byte[]? bytes, LocalTerms terms)
    {
        Validity = terms.Validity;
        ExpiresAt = terms.ExpiresAt;
        Size = terms.Size;
        FreshUntil = terms.FreshUntil;
        LoadMilliseconds = terms.LoadMilliseconds;
        RefreshFrom = terms.RefreshFrom;
        _format = format;
        _bytes = bytes;
        _value = bytes is null ? value : default;
    }

    /// <summary>When the value itself expires, in milliseconds since 1970 UTC.</summary>
    public long FreshUntil { get; }

    /// <summary>How long its load took.</summary>
    public int LoadMilliseconds { get; }

    /// <summary>The timestamp from which a hit may begin an early refresh.</summary>
    public long RefreshFrom { get; }

    public T Get() => _bytes is null ? _value! : _format.Read(_bytes);
}
