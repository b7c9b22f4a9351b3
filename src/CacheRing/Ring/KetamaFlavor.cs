namespace CacheRing;

/// <summary>
/// Whose ketama: which points a node has, and how a key is hashed. All but <see cref="CacheRing"/> are byte-compatible with
/// the named client, so that it and this one find the same key on the same server; what each takes for a node's text is in
/// <see cref="NodeOptions.RingLabel"/>.
/// </summary>
public enum KetamaFlavor
{
    /// <summary>
    /// CacheRing's own: xxHash64, 1,024 points for each unit of weight, labelled by the node's name. A node's points do
    /// not depend on the other nodes, so that a change of one node moves only keys from or to it.
    /// </summary>
    CacheRing = 0,

    /// <summary>
    /// libmemcached's weighted ketama (<c>MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED</c>, which PHP's and Python's clients use
    /// too): MD5, about 160 points a node, labelled <c>host:port</c>, or <c>host</c> on port 11211.
    /// </summary>
    Libmemcached,

    /// <summary>
    /// twemproxy (nutcracker) with <c>distribution: ketama</c>: points by MD5, labelled by the server's name; keys by
    /// <see cref="KeyHash.TwemproxyFnv1a64"/>, its default, or by <see cref="KeyHash.Md5"/> (<c>hash: md5</c>). For
    /// <c>hash_tag: "{}"</c> turn <see cref="RingOptions.HashTags"/> on.
    /// </summary>
    Twemproxy,

    /// <summary>
    /// The first ketama (Richard Jones, last.fm, 2007), which PHP's memcache extension and others copied: MD5, labelled by the
    /// line of its servers file, <c>host:port</c>.
    /// </summary>
    Libketama,

    /// <summary>
    /// spymemcached's <c>KetamaNodeLocator</c> (Java) with its own format of names: MD5, labelled <c>ip:port</c>, or
    /// <c>host/ip:port</c> for a server given by name. Nodes that all have the weight 1 are taken for nodes without weights.
    /// </summary>
    Spymemcached,

    /// <summary>uhashring (Python) with <c>hash_fn="ketama"</c>: MD5, labelled by the node's name.</summary>
    Uhashring,
}
