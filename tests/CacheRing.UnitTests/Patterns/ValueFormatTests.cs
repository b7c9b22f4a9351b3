using System.Text;
using CacheRing.Patterns;
using CsCheck;

namespace CacheRing.UnitTests.Patterns;

/// <summary>What was written is read: any string, any bytes, null as null; and stored values stay readable in later versions.</summary>
[TestFixture]
internal sealed class ValueFormatTests
{
    private readonly ValueFormats _formats = FormatCalls.Formats();

    [TestCase(null, "00")]
    [TestCase("", "01")]
    [TestCase("aé🔑", "0161C3A9F09F9491")]
    public void A_string_has_these_bytes(string? value, string bytes) =>
        Assert.That(Convert.ToHexString(_formats.Get<string?>().Written(value)), Is.EqualTo(bytes));

    [Test]
    public void A_string_with_half_a_surrogate_pair_has_these_bytes() =>
        Assert.That(Convert.ToHexString(_formats.Get<string?>().Written("a\uD83D")), Is.EqualTo("02" + "6100" + "3DD8"));

    [TestCase(null, "00")]
    [TestCase(new byte[0], "01")]
    [TestCase(new byte[] { 0, 255 }, "0100FF")]
    public void Bytes_have_these_bytes(byte[]? value, string bytes) =>
        Assert.That(Convert.ToHexString(_formats.Get<byte[]?>().Written(value)), Is.EqualTo(bytes));

    [Test]
    public void Anything_else_is_JSON_as_it_is()
    {
        Assert.That(Encoding.UTF8.GetString(_formats.Get<int>().Written(42)), Is.EqualTo("42"));
        Assert.That(Encoding.UTF8.GetString(_formats.Get<int?>().Written(null)), Is.EqualTo("null"));
        Assert.That(Encoding.UTF8.GetString(_formats.Get<Product?>().Written(null)), Is.EqualTo("null"));
        Assert.That(Encoding.UTF8.GetString(_formats.Get<Product>().Written(new Product("a", [1]))), Is.EqualTo("""{"Name":"a","Sizes":[1]}"""));
    }

    [Test]
    public void Any_string_is_read_as_it_was_written_with_half_pairs_too() =>
        Gen.OneOf(Gen.String, Gen.Char['\uD700', '\uE100'].Array.Select(static chars => new string(chars))).Sample(value =>
            _formats.Get<string?>().WrittenAndRead(value) == value);

    [Test]
    public void Strings_that_differ_are_written_differently() =>
        Gen.Select(Gen.Char['\uD7FF', '\uDC01'], Gen.Char['\uD7FF', '\uDC01']).Sample((one, other) =>
            one == other || !_formats.Get<string?>().Written($"{one}").AsSpan().SequenceEqual(_formats.Get<string?>().Written($"{other}")));

    [Test]
    public void Any_bytes_are_read_as_they_were_written() =>
        Gen.Byte.Array.Sample(value => _formats.Get<byte[]?>().WrittenAndRead(value)!.AsSpan().SequenceEqual(value));

    [Test]
    public void Null_is_read_as_null_and_empty_as_empty()
    {
        Assert.That((_formats.Get<string?>().WrittenAndRead(null), _formats.Get<string?>().WrittenAndRead("")), Is.EqualTo(((string?)null, "")));
        Assert.That(_formats.Get<byte[]?>().WrittenAndRead(null), Is.Null);
        Assert.That(_formats.Get<byte[]?>().WrittenAndRead([]), Is.Empty);
        Assert.That((_formats.Get<int?>().WrittenAndRead(null), _formats.Get<int?>().WrittenAndRead(0)), Is.EqualTo(((int?)null, 0)));
        Assert.That(_formats.Get<Product?>().WrittenAndRead(null), Is.Null);
    }

    [Test]
    public void Any_object_is_read_as_it_was_written() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 0, 20], Gen.Int.Array).Sample((name, sizes) =>
        {
            Product read = _formats.Get<Product>().WrittenAndRead(new Product(name, sizes));
            return read.Name == name && read.Sizes.SequenceEqual(sizes);
        });

    [Test]
    public void A_tuple_keeps_its_parts() =>
        Assert.That(_formats.Get<(int Count, string Name)>().WrittenAndRead((3, "a")), Is.EqualTo((3, "a")));

    [Test]
    public void A_value_as_large_as_they_come_is_read_as_it_was_written()
    {
        string large = new('ы', 400_000);
        Assert.That(_formats.Get<string?>().WrittenAndRead(large), Is.EqualTo(large));
        Assert.That(_formats.Get<string[]>().WrittenAndRead([large, large]), Is.EqualTo(new[] { large, large }));
    }

    [TestCase("")]
    [TestCase("03")]
    [TestCase("01FF")]
    [TestCase("0261003D")]
    public void Bytes_that_are_no_string_are_refused(string bytes) =>
        Assert.That(() => _formats.Get<string?>().Read(Convert.FromHexString(bytes)), Throws.TypeOf<InvalidDataException>());

    [Test]
    public void Text_that_is_cut_off_is_refused()
    {
        byte[] written = _formats.Get<Product>().Written(new Product("a", [1]));
        for (int length = 0; length < written.Length; length++)
            Assert.That(() => _formats.Get<Product>().Read(written.AsSpan(0, length)), Throws.InstanceOf<System.Text.Json.JsonException>());
    }

    [Test]
    public void A_type_that_the_text_names_is_not_made()
    {
        byte[] text = Encoding.UTF8.GetBytes("""{"$type":"System.IO.FileInfo, System.Private.CoreLib","Name":"a","Sizes":[1]}""");
        Assert.That(_formats.Get<Product>().Read(text), Is.TypeOf<Product>().With.Property("Name").EqualTo("a"));
        Assert.That(_formats.Get<object>().Read(text), Is.TypeOf<System.Text.Json.JsonElement>());
    }

    [Test]
    public void Two_reads_give_two_objects()
    {
        byte[] written = _formats.Get<Product>().Written(new Product("a", [1]));
        Assert.That(_formats.Get<Product>().Read(written), Is.Not.SameAs(_formats.Get<Product>().Read(written)));
    }

    internal sealed record Product(string Name, int[] Sizes);
}
