using System.Globalization;
using System.Text;
using CacheRing.Hashing;

namespace CacheRing.UnitTests.Hashing;

/// <summary>The hashes agree with other implementations, byte for byte.</summary>
[TestFixture]
internal sealed class HashVectorTests
{
    [Test]
    public void XxHash64_gives_the_published_digests_for_every_length_and_seed()
    {
        int checkedLines = 0;
        foreach (string[] field in TestFiles.VectorLines("xxh64.csv").Select(static line => line.Split(',')))
        {
            byte[] input = Convert.FromHexString(field[0]);
            ulong seed = ulong.Parse(field[1], CultureInfo.InvariantCulture);
            ulong expected = ulong.Parse(field[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            Assert.That(XxHash64.Of(input, seed), Is.EqualTo(expected), $"input {field[0]}, seed {seed}");
            if (seed == 0)
                Assert.That(XxHash64.Of(input), Is.EqualTo(expected), $"input {field[0]}");
            checkedLines++;
        }

        Assert.That(checkedLines, Is.GreaterThan(90));
    }

    [TestCase("jump_published.csv", 2)]
    [TestCase("jump_uint64.csv", 2)]
    [TestCase("jump_rounding_edge.csv", 2)]
    public void Jump_gives_the_reference_buckets(string file, int column)
    {
        string[] lines = [.. TestFiles.VectorLines(file)];
        Assert.That(lines, Is.Not.Empty);
        foreach (string[] field in lines.Select(static line => line.Split(',')))
        {
            ulong key = ulong.Parse(field[0], CultureInfo.InvariantCulture);
            int buckets = int.Parse(field[1], CultureInfo.InvariantCulture);
            Assert.That(JumpHash.Of(key, buckets), Is.EqualTo(int.Parse(field[column], CultureInfo.InvariantCulture)), $"{key} over {buckets}");
        }
    }

    [Test]
    public void A_key_is_hashed_as_UTF8_and_jumps_to_the_reference_bucket()
    {
        int[] buckets = [1, 2, 3, 5, 10, 100, 1000, 65536];
        int checkedKeys = 0;
        foreach (string line in TestFiles.VectorLines("jump_xxh64_keys.csv"))
        {
            // Keys may hold commas; the last nine fields do not.
            string[] field = line.Split(',');
            string key = string.Join(',', field[..^9]);
            ulong hash = XxHash64.Of(Encoding.UTF8.GetBytes(key));
            Assert.That(hash, Is.EqualTo(ulong.Parse(field[^9], NumberStyles.HexNumber, CultureInfo.InvariantCulture)), key);
            for (int i = 0; i < buckets.Length; i++)
                Assert.That(JumpHash.Of(hash, buckets[i]), Is.EqualTo(int.Parse(field[i + field.Length - 8], CultureInfo.InvariantCulture)), $"{key} over {buckets[i]}");
            checkedKeys++;
        }

        Assert.That(checkedKeys, Is.GreaterThan(100));
    }
}
