using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using CacheRing.Patterns;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.UnitTests.Patterns;

/// <summary>Which serializer writes a type: the app's own first, as with Microsoft's HybridCache.</summary>
[TestFixture]
internal sealed partial class ValueFormatChoiceTests
{
    private static readonly string[] Key = ["key"];

    [Test]
    public void A_serializer_of_the_type_comes_before_factories_and_what_is_built_in()
    {
        ValueFormats formats = FormatCalls.Formats(static services => services
            .AddSingleton<IHybridCacheSerializer<string>>(new Stamp<string>("own"))
            .AddSingleton<IHybridCacheSerializerFactory>(new StampFactory("factory")));
        Assert.That(StampOf(formats.Get<string>(), ""), Is.EqualTo("own"));
        Assert.That(StampOf(formats.Get<int>(), 1), Is.EqualTo("factory"));
        Assert.That(StampOf(formats.Get<byte[]>(), []), Is.EqualTo("factory"));
    }

    [Test]
    public void Of_the_factories_the_last_that_makes_one_is_used()
    {
        ValueFormats formats = FormatCalls.Formats(static services => services
            .AddSingleton<IHybridCacheSerializerFactory>(new StampFactory("first"))
            .AddSingleton<IHybridCacheSerializerFactory>(new StampFactory("last", typeof(int))));
        Assert.That(StampOf(formats.Get<int>(), 1), Is.EqualTo("last"));
        Assert.That(StampOf(formats.Get<long>(), 1), Is.EqualTo("first"));
    }

    [Test]
    public void What_is_registered_under_the_caches_key_comes_before_what_is_without()
    {
        void Configure(IServiceCollection services) => services
            .AddSingleton<IHybridCacheSerializer<string>>(new Stamp<string>("own"))
            .AddKeyedSingleton<IHybridCacheSerializer<string>>(Key, new Stamp<string>("own, keyed"))
            .AddKeyedSingleton<IHybridCacheSerializerFactory>(Key, new StampFactory("factory, keyed", typeof(int)))
            .AddSingleton<IHybridCacheSerializerFactory>(new StampFactory("factory"));

        ValueFormats keyed = FormatCalls.Formats(Configure, serviceKey: Key);
        Assert.That(StampOf(keyed.Get<string>(), ""), Is.EqualTo("own, keyed"));
        Assert.That(StampOf(keyed.Get<int>(), 1), Is.EqualTo("factory, keyed"));
        Assert.That(StampOf(keyed.Get<long>(), 1), Is.EqualTo("factory"));

        ValueFormats another = FormatCalls.Formats(Configure, serviceKey: "another");
        Assert.That(StampOf(another.Get<string>(), ""), Is.EqualTo("own"));
        Assert.That(StampOf(FormatCalls.Formats(Configure).Get<int>(), 1), Is.EqualTo("factory"));
    }

    [Test]
    public void A_serializer_reads_what_it_wrote_and_never_sees_null()
    {
        ValueFormats formats = FormatCalls.Formats(static services => services.AddSingleton<IHybridCacheSerializer<string>>(new Stamp<string>("own")));
        ValueFormat<string?> format = formats.Get<string?>();
        Assert.That(format.WrittenAndRead("x"), Is.EqualTo("read by own"));
        Assert.That(format.WrittenAndRead(null), Is.Null);
        Assert.That(Convert.ToHexString(format.Written(null)), Is.EqualTo("00"));
        Assert.That(Convert.ToHexString(format.Written("x")), Is.EqualTo("01" + Convert.ToHexString("own"u8)));
    }

    [Test]
    public void A_number_is_never_read_from_a_null()
    {
        ValueFormats formats = FormatCalls.Formats(static services => services.AddSingleton<IHybridCacheSerializerFactory>(new StampFactory("factory")));
        Assert.That(() => formats.Get<int>().Read([0]), Throws.TypeOf<InvalidDataException>());
        Assert.That(formats.Get<int?>().Read([0]), Is.Null);
    }

    [Test]
    public void What_Microsofts_HybridCache_registers_for_itself_changes_nothing()
    {
        ValueFormats formats = FormatCalls.Formats(static services => services.AddHybridCache(), new JsonSerializerOptions(JsonSerializerDefaults.Web));
        Assert.That(formats.Get<string?>().WrittenAndRead("\uD83D"), Is.EqualTo("\uD83D"));
        Assert.That(Encoding.UTF8.GetString(formats.Get<Item>().Written(new Item("a"))), Is.EqualTo("""{"name":"a"}"""));
    }

    [Test]
    public void Options_that_the_app_gave_to_Microsofts_HybridCache_count_where_the_cache_has_none()
    {
        static void Configure(IServiceCollection services) => services
            .AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<>), new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseUpper })
            .AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<Other>), new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower });

        ValueFormats formats = FormatCalls.Formats(Configure);
        Assert.That(Encoding.UTF8.GetString(formats.Get<Item>().Written(new Item("a"))), Is.EqualTo("""{"NAME":"a"}"""));
        Assert.That(Encoding.UTF8.GetString(formats.Get<Other>().Written(new Other("a"))), Is.EqualTo("""{"full-name":"a"}"""));
        formats = FormatCalls.Formats(Configure, new JsonSerializerOptions(JsonSerializerDefaults.Web));
        Assert.That(Encoding.UTF8.GetString(formats.Get<Item>().Written(new Item("a"))), Is.EqualTo("""{"name":"a"}"""));
    }

    [Test]
    public void Without_reflection_the_types_of_a_generated_context_are_written_and_others_refused_by_name()
    {
        ValueFormats formats = FormatCalls.Formats(json: new JsonSerializerOptions { TypeInfoResolver = Generated.Default }, canReflect: false);
        Assert.That(formats.Get<Item>().WrittenAndRead(new Item("a")), Is.EqualTo(new Item("a")));
        Assert.That(formats.Get<string>().WrittenAndRead("a"), Is.EqualTo("a"), "what is built in needs no context");
        Assert.That(
            formats.Get<Other>,
            Throws.InvalidOperationException.With.Message.Contains("ShardedHybridCacheOptions.JsonSerializerOptions")
                .And.Message.Contains("IHybridCacheSerializer<Other>").And.Message.Contains("no reflection"));
    }

    [Test]
    public void Without_reflection_and_options_the_error_names_the_way_out()
    {
        Assert.That(
            FormatCalls.Formats(canReflect: false).Get<Item>,
            Throws.InvalidOperationException.With.Message.Contains("ShardedHybridCacheOptions.JsonSerializerOptions"));
        Assert.That(
            FormatCalls.Formats(json: new JsonSerializerOptions(), canReflect: false).Get<Item>,
            Throws.InvalidOperationException.With.Message.Contains("ShardedHybridCacheOptions.JsonSerializerOptions"));
    }

    [Test]
    public void A_type_is_looked_at_once()
    {
        ValueFormats formats = FormatCalls.Formats();
        Assert.That(formats.Get<Item>(), Is.SameAs(formats.Get<Item>()));
        long before = GC.GetAllocatedBytesForCurrentThread();
        formats.Get<Item>();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static string StampOf<T>(ValueFormat<T> format, T value) => Encoding.UTF8.GetString(format.Written(value).AsSpan(1));

    internal sealed record Item(string Name);

    internal sealed record Other(string FullName);

    [JsonSerializable(typeof(Item))]
    private sealed partial class Generated : JsonSerializerContext;

    private sealed class Stamp<T>(string name) : IHybridCacheSerializer<T>
    {
        public T Deserialize(ReadOnlySequence<byte> source) =>
            source.ToArray().AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(name)) ? (T)(object)$"read by {name}" : throw new InvalidDataException();

        public void Serialize(T value, IBufferWriter<byte> target) => target.Write(Encoding.UTF8.GetBytes(name));
    }

    private sealed class StampFactory(string name, Type? only = null) : IHybridCacheSerializerFactory
    {
        public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
        {
            serializer = only is null || only == typeof(T) ? new Stamp<T>(name) : null;
            return serializer is not null;
        }
    }
}
