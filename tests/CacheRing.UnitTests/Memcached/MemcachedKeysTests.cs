using System.Text;
using CacheRing.Memcached;
using CsCheck;

namespace CacheRing.UnitTests.Memcached;

/// <summary>Every key is one word, and no two keys are the same to the server.</summary>
[TestFixture]
internal sealed class MemcachedKeysTests
{
    [TestCase("", "product:42", "product:42", false)]
    [TestCase("shop:", "product:42", "shop:product:42", false)]
    [TestCase("", "a b", "YSBi", true)]
    [TestCase("my shop:", "a", "bXkgc2hvcDph", true)]
    [TestCase("", "ключ", "0LrQu9GO0Yc=", true)]
    [TestCase("", "x\r\nflush_all\r\n", "eA0KZmx1c2hfYWxsDQo=", true)]
    public void The_words_are_these(string prefix, string key, string word, bool isBase64)
    {
        Assert.That(Write(new MemcachedKeys(prefix), key, out bool encoded), Is.EqualTo(word));
        Assert.That(encoded, Is.EqualTo(isBase64));
    }

    [TestCase(250, 'x', false)]
    [TestCase(251, 'x', true)]
    [TestCase(186, ' ', false)]
    [TestCase(187, ' ', true)]
    [TestCase(93, 'ж', false)]
    [TestCase(94, 'ж', true)]
    public void What_is_too_long_is_hashed_and_says_so(int length, char letter, bool isHashed)
    {
        MemcachedKeys keys = new("");
        string key = new(letter, length);
        Assert.That(keys.IsHashed(key), Is.EqualTo(isHashed));
        string word = Write(keys, key, out bool isBase64);
        byte[] server = isBase64 ? Convert.FromBase64String(word) : Encoding.ASCII.GetBytes(word);
        Assert.That(server[0] == 0xFF, Is.EqualTo(isHashed), "a byte that no text begins with");
        Assert.That(server, Has.Length.EqualTo(isHashed ? 33 : Encoding.UTF8.GetByteCount(key)));
    }

    [Test]
    public void The_instance_name_counts_towards_the_length()
    {
        MemcachedKeys keys = new(new string('i', 200));
        Assert.That((keys.IsHashed(new string('x', 50)), keys.IsHashed(new string('x', 51))), Is.EqualTo((false, true)));
    }

    [Test]
    public void Any_key_is_a_word_that_stands_for_its_own_bytes() => Gen.Select(Gen.String, Gen.Int[0, 3]).Sample((text, repeat) =>
    {
        // Half a surrogate pair is refused long before.
        string key = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, repeat))));
        MemcachedKeys keys = new("app:");
        string word = Write(keys, key, out bool isBase64);
        if (word.Length is 0 or > MemcachedKeys.LongestText || word.Any(static letter => letter is <= ' ' or > '~'))
            return false;
        byte[] server = isBase64 ? Convert.FromBase64String(word) : Encoding.ASCII.GetBytes(word);
        return keys.IsHashed(key) || server.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes($"app:{key}"));
    });

    private static string Write(MemcachedKeys keys, string key, out bool isBase64)
    {
        byte[] buffer = new byte[MemcachedKeys.LongestText];
        return Encoding.ASCII.GetString(buffer, 0, keys.Write(buffer, key, out isBase64));
    }
}
