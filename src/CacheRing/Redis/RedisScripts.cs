namespace CacheRing.Redis;

/// <summary>
/// What the server does on a condition, so that nobody comes between the look and the deed. All look at the header that
/// begins every entry (<see cref="Entries.EntryHeader"/>): the kind is its first byte, the generation the 8 after it, the
/// stamp, which is the token, the 8 after those. GETRANGE counts from 0, Lua from 1. A key that is not there reads as an
/// empty string, and so has no token that anybody could hold.
/// </summary>
internal static class RedisScripts
{
    /// <summary>The lease is the caller's.</summary>
    public const int Won = 0;

    /// <summary>The lease is another's; its stamp and the milliseconds it has left follow.</summary>
    public const int Held = 1;

    /// <summary>There is a value, which follows.</summary>
    public const int Found = 2;

    /// <summary>
    /// Plants a placeholder, unless there is an entry or a placeholder of this generation that is not the one the caller has
    /// seen. ARGV: generation; the stamp seen, or nothing; placeholder; milliseconds. 80 is the P of a placeholder.
    /// </summary>
    public const string Lease = """
        local head = redis.call('GETRANGE', KEYS[1], 0, 16)
        if head:sub(2, 9) == ARGV[1] and head:sub(10, 17) ~= ARGV[2] then
          if head:byte(1) == 80 then
            return {1, head:sub(10, 17), redis.call('PTTL', KEYS[1])}
          end
          return {2, redis.call('GET', KEYS[1])}
        end
        redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
        return {0}
        """;

    /// <summary>Stores an entry. ARGV: token; entry; milliseconds, or nothing for one without expiry.</summary>
    public const string Fill = IfHeld + """
        if ARGV[3] then
          redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
        else
          redis.call('SET', KEYS[1], ARGV[2])
        end
        return 1
        """;

    /// <summary>Prolongs a lease. ARGV: token; milliseconds.</summary>
    public const string Renew = IfHeld + "return redis.call('PEXPIRE', KEYS[1], ARGV[2])";

    /// <summary>Gives a lease up. ARGV: token.</summary>
    public const string GiveUp = IfHeld + "return redis.call('DEL', KEYS[1])";

    // The first line of all that asks for the token and answers 0 to who does not hold it.
    private const string IfHeld = "if redis.call('GETRANGE', KEYS[1], 9, 16) ~= ARGV[1] then return 0 end\n";
}
