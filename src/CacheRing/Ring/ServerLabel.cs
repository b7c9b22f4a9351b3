namespace CacheRing.Ring;

/// <summary>What a flavour of ketama hashes of a node, unless the node says it itself.</summary>
internal enum ServerLabel
{
    /// <summary>The node's name.</summary>
    Name,

    /// <summary>The name; of one with the form host:port only the host, when the port is memcached's own.</summary>
    NameWithoutUsualPort,

    /// <summary>The server's host:port; only the host, when the port is memcached's own.</summary>
    HostAndUnusualPort,

    /// <summary>The server's host:port.</summary>
    HostAndPort,
}
