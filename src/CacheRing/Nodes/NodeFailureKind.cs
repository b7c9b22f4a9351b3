namespace CacheRing;

/// <summary>Why a node did not do what it was asked.</summary>
public enum NodeFailureKind
{
    /// <summary>No connection: the server is down, the address wrong, the network cut, TLS refused.</summary>
    Unreachable = 0,

    /// <summary>No answer in time: the server hangs, or it or this process is overloaded.</summary>
    Timeout,

    /// <summary>The server's memory is full and its policy evicts nothing.</summary>
    OutOfMemory,

    /// <summary>The server is a replica and takes no writes.</summary>
    ReadOnly,

    /// <summary>
    /// The server is up but loads its data or runs a long script; or so many calls that were given up are unanswered yet that this
    /// client sends no more.
    /// </summary>
    Busy,

    /// <summary>Wrong or missing credentials, or a user without the permission.</summary>
    AccessDenied,

    /// <summary>The server is a member of a Redis Cluster, which has a ring of its own.</summary>
    ClusterNode,

    /// <summary>The key holds something that this cache did not write.</summary>
    ForeignData,

    /// <summary>Any other error of the server or of the connection's protocol.</summary>
    ServerError,

    /// <summary>
    /// The value is larger than the server takes (Memcached: <c>-I</c>, 1 MiB by default). The node is well: this is thrown to
    /// the caller of a single write, whatever <see cref="FailoverOptions"/> say.
    /// </summary>
    ValueTooLarge,

    /// <summary>
    /// The server takes no writes for now and answers reads: it cannot save its data to disk (MISCONF), or has too few replicas
    /// (NOREPLICAS).
    /// </summary>
    WritesRefused,
}
