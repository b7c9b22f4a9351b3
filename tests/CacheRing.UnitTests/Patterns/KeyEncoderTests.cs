using System.Globalization;
using CacheRing.Patterns;
using CsCheck;

namespace CacheRing.UnitTests.Patterns;

/// <summary>The text of a key is stored: it stays as it is, and no two keys have the same.</summary>
[TestFixture]
internal sealed class KeyEncoderTests
{
    private enum Colour
    {
        Red = 1,
    }

    [Test]
    public void Keys_of_one_part_are_their_own_text()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Text("a:b,c"), Is.EqualTo("a:b,c"));
            Assert.That(Text(-42), Is.EqualTo("-42"));
            Assert.That(Text(Guid.Empty), Is.EqualTo("00000000-0000-0000-0000-000000000000"));
            Assert.That(Text(Colour.Red), Is.EqualTo("1"));
            Assert.That(Text(new DateOnly(2026, 1, 2)), Is.EqualTo("2026-01-02"));
            Assert.That(Text(true), Is.EqualTo("true"));
            Assert.That(Text('x'), Is.EqualTo("120"));
        });
    }

    [Test]
    public void Keys_of_several_parts_have_the_length_before_each()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Text((42, "en-GB")), Is.EqualTo("2:42,5:en-GB"));
            Assert.That(Text(("a", (string?)null)), Is.EqualTo("1:a,-"));
            Assert.That(Text((1, (2, 3))), Is.EqualTo("1:1,7:1:2,1:3"));
            Assert.That(Text(new Place("Bern", 3011)), Is.EqualTo("4:Bern,4:3011"));
        });
    }

    [Test]
    public void No_two_keys_have_one_text() =>
        Gen.Select(Parts, Parts, Parts, Parts).Sample((a, b, c, d) =>
            (a, b).Equals((c, d)) == (Text((a, b)) == Text((c, d))), iter: 20_000);

    [TestCase("de-DE")]
    [TestCase("ar-SA")]
    public void The_culture_makes_no_difference(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            Assert.That(Text((-1.5, 1234567, new DateOnly(2026, 1, 2), -2.50m)), Is.EqualTo("4:-1.5,7:1234567,10:2026-01-02,4:-2.5"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Test]
    public void Equal_keys_have_one_text()
    {
        DateTimeOffset time = new(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2));
        Assert.Multiple(() =>
        {
            Assert.That(Text(-0.0), Is.EqualTo(Text(0.0)));
            Assert.That(Text(1.0m), Is.EqualTo(Text(1.00m)));
            Assert.That(Text(time), Is.EqualTo(Text(time.ToUniversalTime())));
        });
    }

    [Test]
    public void A_type_without_a_text_is_refused_with_the_way_out()
    {
        NotSupportedException refused = Assert.Throws<NotSupportedException>(static () => _ = new KeyEncoder<List<int>>())!;
        Assert.That(refused.Message, Does.Contain("ICacheKeyEncoder"));
        refused = Assert.Throws<NotSupportedException>(static () => _ = new KeyEncoder<Nested>())!;
        Assert.That(refused.Message, Does.Contain("Place"));
    }

    // Few characters, those of the form itself among them, so that one key's parts look like another's.
    private static Gen<string> Parts => Gen.Char["1:,-a"].Array[0, 4].Select(static characters => new string(characters));

    private static string Text<TKey>(TKey key)
        where TKey : notnull => new KeyEncoder<TKey>().Encode(key);

    internal sealed record Place(string Name, int Code);

    internal sealed record Nested(Place Place);
}
