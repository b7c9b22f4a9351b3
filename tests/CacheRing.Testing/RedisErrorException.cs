namespace CacheRing.Testing;

/// <summary>A server refused a command of the rig; the message is the server's own text.</summary>
public sealed class RedisErrorException(string message) : Exception(message);
