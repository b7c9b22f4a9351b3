using System.Text;
using CacheRing.Memcached;

namespace CacheRing.UnitTests.Memcached;

/// <summary>A version is its numbers; what has none is no version.</summary>
[TestFixture]
internal sealed class MemcachedVersionTests
{
    [TestCase("1.6.18", "1.6.18", 1)]
    [TestCase("1.6.10", "1.6.10", 0)]
    [TestCase("1.6.9", "1.6.9", -1)]
    [TestCase("1.6.9_3_gabcdef", "1.6.9", -1)]
    [TestCase("1.5.22", "1.5.22", -1)]
    [TestCase("1.10.0-rc1", "1.10.0", 1)]
    [TestCase("2.0.0", "2.0.0", 1)]
    public void Numbers_are_compared_as_numbers(string text, string version, int order)
    {
        MemcachedVersion read = MemcachedVersion.In(Encoding.ASCII.GetBytes(text))!.Value;
        Assert.That(read.ToString(), Is.EqualTo(version));
        Assert.That(Math.Sign(read.CompareTo(MemcachedVersion.Oldest)), Is.EqualTo(order));
    }

    [TestCase("")]
    [TestCase("1")]
    [TestCase("1.6")]
    [TestCase("v1.6.18")]
    [TestCase("-1.6.18")]
    [TestCase("1..6")]
    [TestCase("99999999999.1.1")]
    [TestCase("unknown")]
    public void What_has_no_numbers_is_no_version(string text) =>
        Assert.That(MemcachedVersion.In(Encoding.ASCII.GetBytes(text)), Is.Null);
}
