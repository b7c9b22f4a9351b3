using System.Text;

namespace CacheRing.UnitTests.Memcached;

/// <summary>
/// Answers of a server that has every key, right or spoilt. Each key's value begins with the key and has line ends in it; what is
/// spoilt is everything but the inside of values, which no client could tell from another value.
/// </summary>
internal static class FuzzedAnswers
{
    private static readonly string[] Words = ["VA ", "VALUE ", "END", "HD", "EN", "MN", "NF", "ERROR", "SERVER_ERROR x", "CLIENT_ERROR x", "\r\n", "\n", " O0000", "5 ", "$3\r\n", "\0"];

    public static string ValueOf(string key) => $"{key}:\r\nHD\r\n:{key}";

    /// <param name="random">Decides how they are spoilt.</param>
    /// <param name="lines">The commands.</param>
    public static byte[] To(Random random, string[] lines)
    {
        // Each reply in three parts: the line, the value, what ends it.
        List<string[]> replies = [.. lines.SelectMany(static line => Right(line))];
        switch (random.Next(8))
        {
            case 0:
                break;
            case 1:
                return Noise(random);
            case 2:
                string all = Text(replies);
                return Bytes(all[..random.Next(all.Length)]);
            case 3:
                int one = random.Next(replies.Count);
                int other = random.Next(replies.Count);
                (replies[one], replies[other]) = (replies[other], replies[one]);
                break;
            case 4:
                replies.Insert(random.Next(replies.Count), replies[random.Next(replies.Count)]);
                break;
            case 5:
                replies.RemoveAt(random.Next(replies.Count));
                break;
            default:
                for (int i = random.Next(1, 4); i > 0; i--)
                    Spoil(random, replies[random.Next(replies.Count)]);
                break;
        }

        return Bytes(Text(replies));
    }

    private static IEnumerable<string[]> Right(string line)
    {
        string[] words = line.Split(' ');
        string mark = words.FirstOrDefault(static word => word.Length == 1 + CacheRing.Memcached.Opaque.Length && word[0] == 'O') ?? "";
        if (words[0] == "mn")
            return [["MN\r\n", "", ""]];
        if (words[0] == "get")
            return [.. words[1..].Select(static key => (string[])[$"VALUE {key} 0 {ValueOf(key).Length}\r\n", ValueOf(key), "\r\n"]), ["END\r\n", "", ""]];
        if (words[0] == "mg" && words.Contains("v"))
            return [[$"VA {ValueOf(words[1]).Length} {mark}\r\n", ValueOf(words[1]), "\r\n"]];
        return words[0] is "mg" or "md" or "ms" ? [[$"HD {mark}\r\n", "", ""]] : [];
    }

    private static void Spoil(Random random, string[] reply)
    {
        int part = random.Next(2) * 2;
        string text = reply[part];
        int at = random.Next(text.Length + 1);
        reply[part] = random.Next(4) switch
        {
            0 when at < text.Length => text.Remove(at, 1),
            1 when at < text.Length => text[..at] + (char)random.Next(256) + text[(at + 1)..],
            2 => text.Insert(at, $"{(char)random.Next(256)}"),
            _ => text.Insert(at, Words[random.Next(Words.Length)]),
        };
    }

    private static byte[] Noise(Random random)
    {
        StringBuilder noise = new();
        for (int i = random.Next(1, 30); i > 0; i--)
            noise.Append(random.Next(2) == 0 ? Words[random.Next(Words.Length)] : $"{(char)random.Next(256)}");
        return Bytes(noise.ToString());
    }

    private static string Text(IEnumerable<string[]> replies) => string.Concat(replies.SelectMany(static reply => reply));

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
