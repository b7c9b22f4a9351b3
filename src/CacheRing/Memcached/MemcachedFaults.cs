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

    /// <summary>So much that was given up waits that no more is sent.</summary>
    public NodeException Behind() => Of(
        NodeFailureKind.Busy,
        null,
        FormattableString.Invariant($"has more than {MemcachedConnection.MostEnded} unanswered calls that were given up: the server, or the way to it, is slower than what is asked of it. The call was not sent"));

    public NodeException TooOld(MemcachedVersion version) => Of(
        NodeFailureKind.ServerError, null, $"is memcached {version}, which is too old: CacheRing needs {MemcachedVersion.Oldest} or later. Upgrade the server");

    /// <summary>It was asked for its version, and closed the connection.</summary>
    public NodeException ClosedUnanswered(bool isEncrypted, Exception error) => Of(
        NodeFailureKind.Unreachable,
        error,
        "closed the connection at the first command, without an answer. "
            + (isEncrypted ? "" : "If it speaks TLS, write memcacheds:// instead of memcached://. ")
            + "If it was started with -B binary, start it without: CacheRing speaks the text protocol. If it is a proxy, name the servers behind it instead");

    /// <summary>It has told its version, and closed the connection at the next command.</summary>
    public NodeException ClosedAtMeta(Exception error) => Of(
        NodeFailureKind.ServerError,
        error,
        "closed the connection at the first command of the meta protocol. So does a proxy that does not know it, such as twemproxy (nutcracker), which is not supported. "
            + "Make each memcached server behind it a node of its own: CacheRing spreads the keys, with Ring.Ketama = KetamaFlavor.Twemproxy as twemproxy does");

    /// <summary>What it answered to a TLS handshake is none.</summary>
    public NodeException NoTls(Exception error) => Of(
        NodeFailureKind.Unreachable, error, $"did not answer the TLS handshake as a server that speaks TLS does. {WithoutTls}");

    /// <summary>It did not answer a TLS handshake at all.</summary>
    public NodeException SilentToTls(Exception error) => Of(
        NodeFailureKind.Timeout, error, $"did not answer the TLS handshake in time. The server hangs or is overloaded, or it speaks no TLS. {WithoutTls}");

    private const string WithoutTls = "If it is to be used without TLS, write memcached:// instead of memcacheds://; or start it with TLS (-Z)";

    /// <summary>The same, of a command that was not sent: an exception of its own for each call.</summary>
    public static Exception Unsent(Exception error) =>
        error is NodeException failure ? new NodeException(failure.NodeName, failure.Kind, failure.Message, failure) : error;

    /// <summary>What a connection ended by.</summary>
    public NodeException Lost(Exception error) => error switch
    {
        NodeException failure => failure,
        TimeoutException => Of(NodeFailureKind.Timeout, error),
        MemcachedProtocolException => Of(NodeFailureKind.ServerError, error, $"does not keep to the protocol. {error.Message} It must be memcached {MemcachedVersion.Oldest} or later"),
        IOException or SocketException or AuthenticationException or ObjectDisposedException or OperationCanceledException => Of(NodeFailureKind.Unreachable, error),
        _ => Of(NodeFailureKind.ServerError, error),
    };

    /// <summary>What a line that begins with <c>SERVER_ERROR</c>, <c>CLIENT_ERROR</c> or <c>ERROR</c> means.</summary>
    public NodeException Of(in Reply reply) =>
        MemcachedWords.In(reply.Text) is { } word ? Of(word.Kind, null, word.Text) : Of(NodeFailureKind.ServerError);

    public NodeException Of(NodeFailureKind kind, Exception? inner = null) => Of(kind, inner, Describe(kind));

    private NodeException Of(NodeFailureKind kind, Exception? inner, string what) =>
        new(_node, kind, $"Node '{_node}' ({_address}) {what}.", inner)
        {
            // Of a connection that ends, what was sent may have been carried out, or be yet.
            MayTakeEffect = kind is NodeFailureKind.Unreachable or NodeFailureKind.Timeout or NodeFailureKind.ServerError,
            IsOfThisProcess = kind == NodeFailureKind.Busy,
        };

    private static string Describe(NodeFailureKind kind) => kind switch
    {
        NodeFailureKind.Unreachable =>
            "cannot be reached. Check that the server runs, that the endpoint is right and, for memcacheds://, that the certificate is trusted and names this host",
        NodeFailureKind.Timeout =>
            "did not answer in time. The server hangs or is overloaded, or this process is; Failover.OperationTimeout is the limit",
        _ when MemcachedWords.Table.FirstOrDefault(word => word.Kind == kind) is { } word => word.Text,
        _ => "answered with an error",
    };
}
