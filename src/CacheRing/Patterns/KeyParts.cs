using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace CacheRing.Patterns;

/// <summary>The text of one part of a key, the same in every culture.</summary>
internal static class KeyParts
{
    private static readonly HashSet<Type> Known =
    [
        typeof(string), typeof(char), typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long),
        typeof(ulong), typeof(Int128), typeof(UInt128), typeof(nint), typeof(nuint), typeof(float), typeof(double), typeof(decimal), typeof(Guid), typeof(DateTime),
        typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(System.Numerics.BigInteger),
    ];

    public static bool IsPart(Type type)
    {
        Type value = Nullable.GetUnderlyingType(type) ?? type;
        return Known.Contains(value) || value.IsEnum;
    }

    /// <summary>Null for null.</summary>
    /// <exception cref="NotSupportedException">The value is of none of the types that have a text.</exception>
    public static string? Text(object? part) => part switch
    {
        null => null,
        string text => text,

        // Equal ones must have one text: -0.0 equals 0.0, 1.0m equals 1.00m, and one moment may be told in two zones.
        double number => (number + 0.0).ToString("R", CultureInfo.InvariantCulture),
        float number => (number + 0.0f).ToString("R", CultureInfo.InvariantCulture),
        decimal number => number.ToString("0.############################", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        DateTime time => time.Ticks.ToString(CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("O", CultureInfo.InvariantCulture),
        char character => ((int)character).ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        Enum name => name.ToString("D"),
        ITuple tuple => Text(tuple),
        _ when IsPart(part.GetType()) => ((IFormattable)part).ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"A part of a cache key is a {part.GetType()}. Register an ICacheKeyEncoder for the key's type as a singleton."),
    };

    public static void Append(StringBuilder parts, object? part)
    {
        if (parts.Length > 0)
            parts.Append(',');
        if (Text(part) is { } text)
            parts.Append(CultureInfo.InvariantCulture, $"{text.Length}:{text}");
        else
            parts.Append('-');
    }

    private static string Text(ITuple tuple)
    {
        StringBuilder parts = new();
        for (int i = 0; i < tuple.Length; i++)
            Append(parts, tuple[i]);
        return parts.ToString();
    }
}
