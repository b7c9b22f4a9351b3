namespace CacheRing.Memcached;

/// <summary>How a reply of the server begins.</summary>
internal enum ReplyStatus
{
    /// <summary><c>HD</c>: done, or found, without a value. The classic protocol says <c>DELETED</c>.</summary>
    Done,

    /// <summary><c>VA</c>: a value follows.</summary>
    Value,

    /// <summary><c>VALUE</c>: the same of the classic protocol, which names the key.</summary>
    Item,

    /// <summary><c>EN</c>: no such key, for a read.</summary>
    Missing,

    /// <summary><c>NF</c>: no such key, for a change. The classic protocol says <c>NOT_FOUND</c>.</summary>
    NotFound,

    /// <summary><c>NS</c>: not stored, since the key is (or is not) there.</summary>
    NotStored,

    /// <summary><c>EX</c>: not stored, since the key has changed.</summary>
    Changed,

    /// <summary><c>MN</c>: all before this has been answered.</summary>
    NoOperation,

    /// <summary><c>STORED</c>: the classic protocol's reply to a set, which is how one logs in.</summary>
    Stored,

    /// <summary><c>VERSION</c>.</summary>
    Version,

    /// <summary><c>STAT</c>: one of a list that ends with <see cref="End"/>.</summary>
    Statistic,

    /// <summary><c>END</c>.</summary>
    End,

    /// <summary><c>SERVER_ERROR</c>: this command failed; the connection is in step.</summary>
    ServerError,

    /// <summary>
    /// <c>CLIENT_ERROR</c> or <c>ERROR</c>: the server did not understand, and may take a value that follows for a command.
    /// </summary>
    ClientError,
}
