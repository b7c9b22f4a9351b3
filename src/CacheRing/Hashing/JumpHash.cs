namespace CacheRing.Hashing;

/// <summary>
/// Jump consistent hash: Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm", 2014. Growing from
/// n to n + 1 slots moves 1/(n + 1) of the keys, all of them to the new slot.
/// </summary>
internal static class JumpHash
{
    public static int Of(ulong key, int slots)
    {
        long slot = -1;
        long next = 0;
        while (next < slots)
        {
            slot = next;
            key = unchecked(key * 2862933555777941757UL + 1);

            // Exactly the published expression: its rounding to double decides some keys.
            next = (long)((slot + 1) * ((double)(1L << 31) / ((key >> 33) + 1)));
        }

        return (int)slot;
    }
}
