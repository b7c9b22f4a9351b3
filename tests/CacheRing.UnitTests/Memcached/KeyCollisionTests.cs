using System.Security.Cryptography;
using System.Text;
using CacheRing.Hashing;
using CacheRing.Memcached;

namespace CacheRing.UnitTests.Memcached;

/// <summary>
/// A million keys chosen to be mistaken for commands, for each other, or for the words that stand for others: each is one word,
/// and stands on the server for itself alone.
/// </summary>
[TestFixture]
internal sealed class KeyCollisionTests
{
    private const int Keys = 1_000_000;
    private const byte HashedMark = 0xFF;

    // The same bytes of prefix and key, parted in several places, are meant to be the same item.
    private static readonly string[] Prefixes = ["", "a", "app:", "ap", "é", "x\r\n", new string('p', 200)];

    private static readonly string[] Attacks =
    [
        "x\r\nflush_all\r\n", " 0 0 1\r\na\r\nflush_all\r\n", "\r\n", "\r", "\n", "\0", " ", "\t", "\u007f", "\u0080", "\u0085", "\u00ff", "\u2028",
        "\ufeff", "\ufffd", "\uffff", "é", "e\u0301", "鍵", "🔑", "app:", "a", "p:", "=", "==", "AAAA", "/w==", " b", " O", "MN\r\n", "VA 3\r\n",
    ];

    [Test]
    public void Each_is_one_word_and_no_two_are_the_same_to_the_server()
    {
        Random random = new(20261124);
        MemcachedKeys[] keys = [.. Prefixes.Select(static prefix => new MemcachedKeys(prefix))];
        Dictionary<UInt128, UInt128> keyOf = new(Keys);
        byte[] word = new byte[MemcachedKeys.LongestText];
        string last = "";
        int hashed = 0;
        for (int i = 0; i < Keys; i++)
        {
            int prefix = random.Next(Prefixes.Length);
            string key = Key(random, keys[prefix], last);
            int length = keys[prefix].Write(word, key, out bool isBase64);
            ReadOnlySpan<byte> written = word.AsSpan(0, length);
            if (written.IsEmpty || written.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
                Assert.Fail($"Key {i} is no word.");

            byte[] server = isBase64 ? Convert.FromBase64String(Encoding.ASCII.GetString(written)) : written.ToArray();
            byte[] own = Encoding.UTF8.GetBytes(Prefixes[prefix] + key);
            bool isHashed = server[0] == HashedMark;
            if (isHashed != keys[prefix].IsHashed(key) || (!isHashed && !server.AsSpan().SequenceEqual(own)))
                Assert.Fail($"Key {i} stands for other bytes than its own, or its entry would lack the key.");

            // Hashes of both, so that a million keys of up to 12 KB need not be kept.
            UInt128 identity = Of(own);
            if (!keyOf.TryAdd(Of(server), identity) && keyOf[Of(server)] != identity)
                Assert.Fail($"Key {i} is the same to the server as another.");
            hashed += isHashed ? 1 : 0;
            last = key;
        }

        Assert.That(keyOf, Has.Count.GreaterThan(Keys / 2), "most keys differ");
        Assert.That(hashed, Is.GreaterThan(Keys / 100), "some are too long");
    }

    private static string Key(Random random, MemcachedKeys keys, string last)
    {
        switch (random.Next(40))
        {
            case 0:
                // Up to the longest key that tests allow, of letters of each length in UTF-8.
                return Repeat(random.Next(3) switch { 0 => "x", 1 => "é", _ => "鍵" }, random.Next(80, 4096)) + random.Next();
            case 1:
                return Encoded(Encoding.UTF8.GetBytes(Attacks[random.Next(Attacks.Length)]));
            case 2:
                // What is sent for a hashed key, as a key: its text, and its bytes as letters.
                byte[] hash = [HashedMark, .. SHA256.HashData(Encoding.UTF8.GetBytes(last))];
                return random.Next(2) == 0 ? Encoded(hash) : Encoding.Latin1.GetString(hash);
            case 3:
                return Written(keys, last);
            case 4:
                // Lengths on both sides of each limit.
                return Repeat(random.Next(2) == 0 ? "x" : " ", random.Next(180, 255));
            default:
                StringBuilder key = new();
                for (int i = random.Next(1, 6); i > 0; i--)
                    AppendPart(key, random);
                return key.ToString();
        }
    }

    private static void AppendPart(StringBuilder key, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                key.Append(Attacks[random.Next(Attacks.Length)]);
                break;
            case 1:
                key.Append(random.Next(100_000));
                break;
            case 2:
                key.Append((char)random.Next(0x80));
                break;
            default:
                // Any character but half a pair, which the cache refuses.
                int point = random.Next(0x110000 - 0x800);
                key.Append(char.ConvertFromUtf32(point < 0xD800 ? point : point + 0x800));
                break;
        }
    }

    private static string Written(MemcachedKeys keys, string key)
    {
        byte[] word = new byte[MemcachedKeys.LongestText];
        return Encoding.ASCII.GetString(word, 0, keys.Write(word, key, out _));
    }

    private static string Encoded(byte[] bytes) => Convert.ToBase64String(bytes);

    private static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();

    private static UInt128 Of(byte[] bytes) =>
        new(XxHash64.Of(bytes), XxHash64.Of(bytes, 0x9E3779B97F4A7C15));
}
