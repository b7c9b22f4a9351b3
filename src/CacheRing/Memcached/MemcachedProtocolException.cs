namespace CacheRing.Memcached;

/// <summary>
/// The server sent what it never should. Its words are not repeated: they may be a piece of somebody's value.
/// </summary>
internal sealed class MemcachedProtocolException : Exception
{
    public MemcachedProtocolException(string surprise)
        : base($"The server sent {surprise}. The connection was closed, since answers could no longer be told apart.")
    {
    }
}
