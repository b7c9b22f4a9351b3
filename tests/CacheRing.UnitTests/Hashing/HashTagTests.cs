using System.Text;
using CacheRing.Hashing;

namespace CacheRing.UnitTests.Hashing;

/// <summary>Hash tags follow the rule of Redis Cluster and twemproxy.</summary>
[TestFixture]
internal sealed class HashTagTests
{
    [TestCase("{user1000}.following", "user1000")]
    [TestCase("foo{}{bar}", "foo{}{bar}", TestName = "An empty first tag means the whole key")]
    [TestCase("foo{{bar}}zap", "{bar", TestName = "The tag ends at the first closing brace")]
    [TestCase("foo{bar}{zap}", "bar", TestName = "Only the first tag counts")]
    [TestCase("no tag", "no tag")]
    [TestCase("open{only", "open{only")]
    [TestCase("close}only", "close}only")]
    [TestCase("}a{b}", "b", TestName = "A closing brace before the opening one does not count")]
    [TestCase("{ключ}", "ключ")]
    public void Only_the_tag_is_hashed(string key, string hashed) =>
        Assert.That(Encoding.UTF8.GetString(HashTag.Of(Encoding.UTF8.GetBytes(key))), Is.EqualTo(hashed));
}
