namespace CacheRing;

/// <summary>Whose ketama: which points a node has, and how a key is hashed.</summary>
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
}
