using System.Security.Authentication;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// Turns what StackExchange.Redis throws into the few kinds of failure a caller can act on, each with its way out. Messages
/// of the server and the driver are not repeated: they may hold keys or user names.
/// </summary>
internal static class RedisFaults
{
    private static readonly string[] BusyWords = ["BUSY ", "LOADING ", "MASTERDOWN "];

    /// <summary>Whether the exception is the node's failure, and not a mistake of ours or the caller's.</summary>
    public static bool IsFault(Exception error) =>
        error is RedisException or RedisCommandException or TimeoutException or ObjectDisposedException;

    /// <summary>Whether the command may have been carried out, or may be yet. One that timed out waiting may still be sent.</summary>
    public static bool MayTakeEffect(Exception error) => error switch
    {
        RedisServerException or ValueTooLongException => false,
        RedisConnectionException connection => connection.CommandStatus is not (CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog),
        _ => true,
    };

    public static NodeFailureKind KindOf(Exception error) => error switch
    {
        RedisServerException { Kind: RedisErrorKind.ConnectionFault } handshake => KindOf(handshake.Message),
        RedisServerException server => KindOf(server.Kind),
        RedisConnectionException connection => KindOf(connection),
        TimeoutException => NodeFailureKind.Timeout,
        ObjectDisposedException => NodeFailureKind.Unreachable,
        _ => NodeFailureKind.ServerError,
    };

    /// <summary>What to say when the connection was lost on which a read was waited for.</summary>
    public const string LostRead =
        "lost its connection before a read was answered. The server went, or the way to it; if that happens for one key again and again, its value is longer than the server may send at once: raise client-output-buffer-limit (normal), or store less under one key";

    public static string Describe(NodeFailureKind kind) => kind switch
    {
        NodeFailureKind.Unreachable =>
            "cannot be reached. Check that the server runs, that the endpoint is right and, for rediss://, that the certificate is trusted and names this host",
        NodeFailureKind.Timeout =>
            "did not answer in time. The server hangs or is overloaded, or this process is; Failover.OperationTimeout is the limit",
        NodeFailureKind.OutOfMemory =>
            "refused the write: its memory is full and its maxmemory-policy evicts nothing. Set maxmemory-policy to allkeys-lru or allkeys-lfu, or give it more memory",
        NodeFailureKind.ReadOnly =>
            "refused the write: it is a read-only replica. Give the address of the primary",
        NodeFailureKind.Busy =>
            "is busy: it loads its data or runs a long script. It will answer when that is done",
        NodeFailureKind.AccessDenied =>
            "refused the credentials. Check user and password, and that the user may run the commands listed in docs/redis.md on keys of this InstanceName",
        NodeFailureKind.ClusterNode =>
            "is a member of a Redis Cluster, which has a ring of its own. Give plain servers (cluster-enabled no), or use a client for Redis Cluster",
        NodeFailureKind.ValueTooLarge =>
            "refused the value: it is larger than the server takes (proto-max-bulk-len). Raise that setting, or store less under one key",
        NodeFailureKind.ForeignData =>
            "holds another type of value under this key. Another program (RedisCache, say, which stores hashes) uses the same keys: choose an InstanceName of your own",
        _ => "answered with an error",
    };

    // What ends a handshake comes without its kind.
    private static NodeFailureKind KindOf(string text) =>
        Array.Exists(BusyWords, word => text.Contains(word, StringComparison.Ordinal)) ? NodeFailureKind.Busy : NodeFailureKind.Unreachable;

    private static NodeFailureKind KindOf(RedisErrorKind kind) => kind switch
    {
        RedisErrorKind.OutOfMemory => NodeFailureKind.OutOfMemory,
        RedisErrorKind.ReadOnly => NodeFailureKind.ReadOnly,
        RedisErrorKind.Loading or RedisErrorKind.Busy or RedisErrorKind.MasterDown or RedisErrorKind.TryAgain => NodeFailureKind.Busy,
        RedisErrorKind.NoAuth or RedisErrorKind.WrongPass or RedisErrorKind.NoPermission or RedisErrorKind.NotPermitted
            or RedisErrorKind.UnknownCommand => NodeFailureKind.AccessDenied,
        RedisErrorKind.Moved or RedisErrorKind.Ask or RedisErrorKind.CrossSlot or RedisErrorKind.ClusterDown
            or RedisErrorKind.UnknownRedirectTarget => NodeFailureKind.ClusterNode,
        RedisErrorKind.WrongType => NodeFailureKind.ForeignData,
        RedisErrorKind.ConnectionFault or RedisErrorKind.MaxClients => NodeFailureKind.Unreachable,
        RedisErrorKind.Timeout => NodeFailureKind.Timeout,
        _ => NodeFailureKind.ServerError,
    };

    // The outer exception says that there is no connection; the one it wraps, why the attempt to make one failed.
    private static NodeFailureKind KindOf(RedisConnectionException error) => error.FailureType switch
    {
        // The driver files what goes wrong in a TLS handshake under authentication too.
        ConnectionFailureType.AuthenticationFailure when !Has<AuthenticationException>(error) && !Has<IOException>(error) => NodeFailureKind.AccessDenied,
        ConnectionFailureType.Loading => NodeFailureKind.Busy,
        _ when error.InnerException is RedisException inner => KindOf(inner),
        _ => NodeFailureKind.Unreachable,
    };

    private static bool Has<TInner>(Exception error)
        where TInner : Exception
    {
        for (Exception? inner = error.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is TInner)
                return true;
        }

        return false;
    }
}
