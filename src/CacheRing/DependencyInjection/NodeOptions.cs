using StackExchange.Redis;

namespace CacheRing;

/// <summary>
/// One server. Give it a name and exactly one of <see cref="Endpoint"/>, <see cref="Configuration"/> and
/// <see cref="ConnectionMultiplexerFactory"/>.
/// </summary>
public sealed class NodeOptions
{
    /// <summary>
    /// The node's identity: keys belong to the name, whatever the address. A replacement under the same name takes over the
    /// same keys. Required; unique; compared ordinally.
    /// </summary>
    public string Name { get; set; } = "";

    /// <summary>
    /// The address: <c>redis://host:port</c>, <c>redis://user:password@host:port/database</c>, <c>rediss://</c> for TLS
    /// (the certificate must be trusted and name the host), <c>memcached://host:port</c>,
    /// <c>memcached://user:password@host:port</c> (a server started with <c>-Y</c>), <c>memcacheds://</c> for TLS, or
    /// <c>memory://</c> for a node inside the process, for unit tests. The default port is 6379, for Memcached 11211. Escape
    /// special characters of a password as %XX. All nodes of a cache are of one kind.
    /// </summary>
    public string Endpoint { get; set; } = "";

    /// <summary>
    /// A whole StackExchange.Redis configuration string instead, with one endpoint: <c>host:port,user=...,ssl=true</c>.
    /// What it says wins over CacheRing's defaults for <c>abortConnect</c>, <c>connectRetry</c>, <c>connectTimeout</c>,
    /// <c>syncTimeout</c>, <c>asyncTimeout</c>, <c>configChannel</c> and <c>tiebreaker</c>.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>
    /// The app's own multiplexer instead (Aspire, Entra ID). Called in the background, and again after a pause when it
    /// throws. The multiplexer stays the app's: CacheRing does not dispose it. Use a short backlog policy
    /// (<see cref="BacklogPolicy.FailFast"/>), or every call to a dead server waits for the whole timeout.
    /// </summary>
    public Func<Task<IConnectionMultiplexer>>? ConnectionMultiplexerFactory { get; set; }

    /// <summary>
    /// The node's share of the keys in relation to the others'. Default: 1; range: 1 to 100. Ketama only.
    /// </summary>
    public int Weight { get; set; } = 1;

    /// <summary>
    /// The node's number in a jump ring: 0 to 65,535, each once, on all nodes or none. Never renumber: a list position is no
    /// identity. Default: none, which means ketama.
    /// </summary>
    public int? Slot { get; set; }

    /// <summary>
    /// The server's text in the list of the client that <see cref="RingOptions.Ketama"/> names, where what CacheRing would
    /// take for it is not the same: a node is known to libmemcached by <c>host:port</c> (<c>host</c> on port 11211), to
    /// libketama and spymemcached by <c>host:port</c>, to twemproxy and uhashring by its <see cref="Name"/>. Host and port are
    /// the name's, when it has the form host:port, else those of <see cref="Endpoint"/>. The other rings do not look at it.
    /// Default: none.
    /// </summary>
    public string? RingLabel { get; set; }

    /// <summary>Whether the node takes part. Default: <see cref="NodeState.Active"/>.</summary>
    public NodeState State { get; set; }

    /// <summary>The name; never the address or the configuration, which may hold a password.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => $"Node '{Name}'";
}
