using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CacheRing.Patterns;

/// <summary>Values as JSON, by System.Text.Json: the type to make is <typeparamref name="T"/>, whatever the text says.</summary>
internal sealed class JsonFormat<T> : ValueFormat<T>
{
    private readonly JsonTypeInfo<T> _type;
    private readonly JsonWriterOptions _writing;

    public JsonFormat(JsonTypeInfo<T> type)
    {
        _type = type;

        // A writer of our own does not take these from the type's options. What is written was checked by the serializer.
        _writing = new JsonWriterOptions
        {
            Encoder = type.Options.Encoder,
            Indented = type.Options.WriteIndented,
            MaxDepth = type.Options.MaxDepth,
            SkipValidation = true,
        };
    }

    public override void Write(T value, IBufferWriter<byte> destination)
    {
        using Utf8JsonWriter writer = new(destination, _writing);
        JsonSerializer.Serialize(writer, value, _type);
    }

    public override T Read(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, _type)!;
}
