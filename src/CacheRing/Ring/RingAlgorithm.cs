namespace CacheRing;

/// <summary>How keys are spread over the nodes.</summary>
public enum RingAlgorithm
{
    /// <summary><see cref="Jump"/> when the nodes have slots, else <see cref="Ketama"/>.</summary>
    Auto = 0,

    /// <summary>
    /// Jump consistent hash (Lamping and Veach, 2014) over explicit slot numbers: the most even spread, no memory, no
    /// weights.
    /// </summary>
    Jump,

    /// <summary>A ring of points, weighted and independent of the order in which nodes are listed.</summary>
    Ketama,
}
