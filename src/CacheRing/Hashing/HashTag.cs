namespace CacheRing.Hashing;

/// <summary>
/// The part of a key that is hashed when hash tags are on: what stands between the first <c>{</c> and the first
/// <c>}</c> after it, if that is not empty, else the whole key (the rule of Redis Cluster and twemproxy).
/// </summary>
internal static class HashTag
{
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> key)
    {
        int open = key.IndexOf((byte)'{');
        if (open < 0)
            return key;

        ReadOnlySpan<byte> rest = key[(open + 1)..];
        int length = rest.IndexOf((byte)'}');
        return length > 0 ? rest[..length] : key;
    }
}
