using System.Globalization;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// Five copies of a key whose loss makes all else on a node unreadable (<see cref="CacheRing.Nodes.KeptKeys"/>): a server that is full
/// takes keys one by one, whatever they are for. All copies are written together, by one script, and removed together, by one command, so
/// that those that exist are equal; any of them is the value, and the script puts back what is missing, from what is there at that moment.
/// If they differ (a restored key, a hand, another program) nothing says which is right, and there is none.
/// </summary>
internal static class KeptCopies
{
    public const int Count = 5;

    /// <summary>
    /// Replaces what is in the keys, if it is what was expected; ARGV: what was expected, or nothing; the replacement. Without a
    /// replacement it puts back the copies that are missing. Answers with what is there then.
    /// </summary>
    public const string ReplaceScript = """
        local found, isOne = '', true
        for i = 1, #KEYS do
          local copy = redis.call('GET', KEYS[i])
          if copy then
            if found ~= '' and found ~= copy then isOne = false end
            found = copy
          end
        end
        if not isOne then found = '' end
        local left = found
        if ARGV[2] and found == ARGV[1] then left = ARGV[2] end
        if left == '' then return '' end
        for i = 1, #KEYS do redis.call('SET', KEYS[i], left) end
        return left
        """;

    /// <summary>The keys of the copies.</summary>
    /// <param name="first">The whole name of the first, with the instance name.</param>
    public static RedisKey[] KeysOf(string first) =>
        [first, .. Enumerable.Range(1, Count - 1).Select(copy => (RedisKey)string.Create(CultureInfo.InvariantCulture, $"{first}:{copy}"))];

    /// <summary>What the copies say: the one value of those that exist; null when there is none, or more than one.</summary>
    public static byte[]? Agree(ReadOnlySpan<byte[]?> copies)
    {
        byte[]? found = null;
        foreach (byte[]? copy in copies)
        {
            if (copy is null)
                continue;
            if (found is not null && !found.AsSpan().SequenceEqual(copy))
                return null;
            found ??= copy;
        }

        return found;
    }
}
