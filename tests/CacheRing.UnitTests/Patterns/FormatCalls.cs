using System.Buffers;
using System.Text.Json;
using CacheRing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.UnitTests.Patterns;

/// <summary>Formats as an app gets them, and what they write.</summary>
internal static class FormatCalls
{
    public static ValueFormats Formats(
        Action<IServiceCollection>? configure = null, JsonSerializerOptions? json = null, object? serviceKey = null, bool canReflect = true)
    {
        ServiceCollection services = new();
        configure?.Invoke(services);
        return new ValueFormats(services.BuildServiceProvider(), json, serviceKey, canReflect);
    }

    public static byte[] Written<T>(this ValueFormat<T> format, T value)
    {
        ArrayBufferWriter<byte> buffer = new();
        format.Write(value, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    public static T WrittenAndRead<T>(this ValueFormat<T> format, T value) => format.Read(format.Written(value));
}
