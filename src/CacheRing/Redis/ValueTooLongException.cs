using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>What a server would say to a value that is longer than it takes, if it were sent.</summary>
internal sealed class ValueTooLongException() : RedisException("The value is longer than the server takes.");
