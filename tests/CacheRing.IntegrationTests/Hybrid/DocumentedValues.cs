using System.Buffers;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing.IntegrationTests.Hybrid;

internal sealed record Order(int Id, string Customer, Line[] Lines, DateTimeOffset Ordered, string? Note);

internal sealed record Line(string Product, decimal Price);

internal sealed record Other(string Name);

/// <summary>A type that may be changed by who has it.</summary>
internal sealed class Basket
{
    public List<string> Items { get; set; } = [];
}

/// <summary>A type of which the app says that nobody changes it.</summary>
[ImmutableObject(true)]
internal sealed record Frozen(string Name);

/// <summary>Says so too, but is not sealed.</summary>
[ImmutableObject(true)]
internal record OpenFrozen(string Name);

/// <summary>Why that counts: one that derives from it may be changed.</summary>
internal sealed record Thawed(string Name) : OpenFrozen(Name)
{
    public string? Note { get; set; }
}

/// <summary>Sealed, but says nothing.</summary>
internal sealed record SilentFrozen(string Name);

/// <summary>A serializer that leaves its name in what it reads.</summary>
internal sealed class LineSerializer(string name) : IHybridCacheSerializer<Line>
{
    public Line Deserialize(ReadOnlySequence<byte> source) =>
        new(name, decimal.Parse(Encoding.ASCII.GetString(source), CultureInfo.InvariantCulture));

    public void Serialize(Line value, IBufferWriter<byte> target) =>
        Encoding.ASCII.GetBytes(value.Price.ToString(CultureInfo.InvariantCulture), target);
}

/// <summary>A serializer that reads its name, whatever was written.</summary>
internal sealed class StampSerializer(string name) : IHybridCacheSerializer<string>
{
    public string Deserialize(ReadOnlySequence<byte> source) => name;

    public void Serialize(string value, IBufferWriter<byte> target) => target.Write("x"u8);
}

/// <summary>A factory of serializers that knows one type, or none.</summary>
internal sealed class LineFactory(string name, bool declines = false) : IHybridCacheSerializerFactory
{
    public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
    {
        serializer = declines ? null : new LineSerializer(name) as IHybridCacheSerializer<T>;
        return serializer is not null;
    }
}
