using System.Net.Sockets;
using System.Security.Authentication;
using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>
/// Turns what goes wrong into the few kinds of failure a caller can act on, each with its way out. The server's own words
/// are not repeated but for those known here.
/// </summary>
internal sealed class MemcachedFaults
{
    private readonly string _node;
    private readonly string _address;

    public MemcachedFaults(string node, NodeEndpoint endpoint)
    {
        _node = node;
        _address = FormattableString.Invariant($"{endpoint.Host}:{endpoint.Port ?? MemcachedSettings.DefaultPort}");
    }

    public NodeException Timeout() => Of(NodeFailureKind.Timeout);

    /// <summary>The same, of a command that was not sent: an exception of its own for each call.</summary>
    public static Exception Unsent(Exception error) =>
        error is NodeException failure ? new NodeException(failure.NodeName, failure.Kind, failure.Message, failure) : error;

    /// <summary>What a connection ended by.</summary>
    public NodeException Lost(Exception error) => error switch
    {
        NodeException failure => failure,
        TimeoutException => Of(NodeFailureKind.Timeout, error),
        MemcachedProtocolException => Of(NodeFailureKind.ServerError, error, $"does not keep to the protocol. {error.Message} It must be memcached 1.6 or later"),
        IOException or SocketException or AuthenticationException or ObjectDisposedException or OperationCanceledException => Of(NodeFailureKind.Unreachable, error),
        _ => Of(NodeFailureKind.ServerError, error),
    };

    /// <summary>What a line that begins with <c>SERVER_ERROR</c>, <c>CLIENT_ERROR</c> or <c>ERROR</c> means.</summary>
    public NodeException Of(in Reply reply) =>
        reply.Text.StartsWith("object too large"u8) ? Of(NodeFailureKind.ValueTooLarge)
        : reply.Text.StartsWith("out of memory"u8) ? Of(NodeFailureKind.OutOfMemory)
        : reply.Text.StartsWith("unauthenticated"u8) || reply.Text.StartsWith("authentication"u8) ? Of(NodeFailureKind.AccessDenied)
        : reply.Text.StartsWith("Too many open connections"u8)
            ? Of(NodeFailureKind.Unreachable, null, "has no connection left for this client. Raise its limit (-c), or lower the number of clients")
        : Of(NodeFailureKind.ServerError);

    public NodeException Of(NodeFailureKind kind, Exception? inner = null) => Of(kind, inner, Describe(kind));

    private NodeException Of(NodeFailureKind kind, Exception? inner, string what) =>
        new(_node, kind, $"Node '{_node}' ({_address}) {what}.", inner)
        {
            // Of a connection that ends, what was sent may have been carried out, or be yet.
            MayTakeEffect = kind is NodeFailureKind.Unreachable or NodeFailureKind.Timeout or NodeFailureKind.ServerError,
        };

    private static string Describe(NodeFailureKind kind) => kind switch
    {
        NodeFailureKind.Unreachable =>
            "cannot be reached. Check that the server runs, that the endpoint is right and, for memcacheds://, that the certificate is trusted and names this host",
        NodeFailureKind.Timeout =>
            "did not answer in time. The server hangs or is overloaded, or this process is; Failover.OperationTimeout is the limit",
        NodeFailureKind.OutOfMemory =>
            "refused the write: its memory is full and it evicts nothing. Start it without -M, or give it more memory (-m)",
        NodeFailureKind.AccessDenied =>
            "refused the credentials. Check user and password against the server's -Y file",
        NodeFailureKind.ValueTooLarge =>
            "refused the value: it is larger than the server's limit for one item, 1 MiB by default. Raise the limit (-I 4m, say), or store less under one key",
        _ => "answered with an error",
    };
}
