namespace CacheRing;

/// <summary>Names under which CacheRing reports itself.</summary>
public static class CacheRingDiagnostics
{
    /// <summary>
    /// The name of the <see cref="System.Diagnostics.Metrics.Meter"/>. Instruments: <c>cachering.requests</c>, a count with
    /// the tags <c>cachering.cache</c>, <c>cachering.node</c>, <c>cachering.operation</c> and <c>cachering.outcome</c>; and
    /// <c>cachering.node.failures</c>, a count with the tags <c>cachering.cache</c>, <c>cachering.node</c> and
    /// <c>cachering.failure</c> (a <see cref="NodeFailureKind"/>). No tag ever holds a key.
    /// </summary>
    public const string MeterName = "CacheRing";
}
