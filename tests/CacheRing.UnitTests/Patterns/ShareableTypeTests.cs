using System.ComponentModel;
using CacheRing.Patterns;

namespace CacheRing.UnitTests.Patterns;

/// <summary>Only what nobody can change is given to more than one caller.</summary>
[TestFixture]
internal sealed class ShareableTypeTests
{
    [Test]
    public void What_nobody_can_change_is_shared()
    {
        Assert.That(ShareableTypes.Contains<string>(), Is.True);
        Assert.That(ShareableTypes.Contains<int>(), Is.True);
        Assert.That(ShareableTypes.Contains<Guid?>(), Is.True);
        Assert.That(ShareableTypes.Contains<(int, DateTimeOffset)>(), Is.True);
        Assert.That(ShareableTypes.Contains<MarkedSealed>(), Is.True);
        Assert.That(ShareableTypes.Contains<MarkedStruct>(), Is.True);
        Assert.That(ShareableTypes.Contains<MarkedStruct?>(), Is.True);
    }

    [Test]
    public void Everything_else_is_copied()
    {
        Assert.That(ShareableTypes.Contains<byte[]>(), Is.False);
        Assert.That(ShareableTypes.Contains<object>(), Is.False);
        Assert.That(ShareableTypes.Contains<(int, string)>(), Is.False);
        Assert.That(ShareableTypes.Contains<IReadOnlyList<int>>(), Is.False);
        Assert.That(ShareableTypes.Contains<Unmarked>(), Is.False);
        Assert.That(ShareableTypes.Contains<MarkedOpen>(), Is.False, "one that derives from it may change");
        Assert.That(ShareableTypes.Contains<MarkedMutable>(), Is.False);
    }

    [Test]
    public void A_format_says_so_of_its_type()
    {
        ValueFormats formats = FormatCalls.Formats();
        Assert.That((formats.Get<string>().IsShareable, formats.Get<byte[]>().IsShareable), Is.EqualTo((true, false)));
        Assert.That((formats.Get<MarkedSealed>().IsShareable, formats.Get<Unmarked>().IsShareable), Is.EqualTo((true, false)));
    }

    [ImmutableObject(true)]
    private sealed record MarkedSealed(string Name);

    [ImmutableObject(true)]
    private readonly record struct MarkedStruct(string Name);

    [ImmutableObject(true)]
    private abstract record MarkedOpen(string Name);

    [ImmutableObject(false)]
    private sealed record MarkedMutable(string Name);

    private sealed record Unmarked(string Name);
}
