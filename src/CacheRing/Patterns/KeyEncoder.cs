using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace CacheRing.Patterns;

/// <summary>
/// The text of a key: that of its one part as it is, or of each of several parts with its length before it, so that no two keys
/// have the same: <c>42</c>; <c>2:42,5:en-GB</c> for (42, "en-GB"). A part that is null is <c>-</c>; a tuple in a tuple is one
/// part. This form is stored: a change of it is a change of every key.
/// </summary>
internal sealed class KeyEncoder<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TKey> : ICacheKeyEncoder<TKey>
    where TKey : notnull
{
    private readonly PropertyInfo[]? _properties;

    /// <exception cref="NotSupportedException">The type has no text of its own.</exception>
    public KeyEncoder()
    {
        Type type = typeof(TKey);
        if (KeyParts.IsPart(type) || typeof(ITuple).IsAssignableFrom(type))
            return;
        _properties = [.. typeof(TKey)
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static property => property.CanRead && property.GetIndexParameters().Length == 0)
            .OrderBy(static property => property.MetadataToken)];

        // A class without value equality would be another key each time, and one without properties always the same.
        bool isRecord = typeof(IEquatable<TKey>).IsAssignableFrom(type) && _properties.Length > 0;
        PropertyInfo? unfit = Array.Find(_properties, static property => !KeyParts.IsPart(property.PropertyType));
        if (!isRecord || unfit is not null)
        {
            throw new NotSupportedException(
                $"{type} cannot be made a cache key{(unfit is null ? "" : $": its property {unfit.Name} is a {unfit.PropertyType}")}. Built in are strings, numbers, Guid, dates, enums, tuples of these, and records of these. Register an ICacheKeyEncoder<{type.Name}> as a singleton.");
        }
    }

    public string Encode(TKey key)
    {
        if (key is string text)
            return text;
        if (_properties is null)
            return KeyParts.Text(key)!;
        StringBuilder parts = new();
        foreach (PropertyInfo property in _properties)
            KeyParts.Append(parts, property.GetValue(key));
        return parts.ToString();
    }
}
