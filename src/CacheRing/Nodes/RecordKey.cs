namespace CacheRing.Nodes;

/// <summary>Where a node keeps the record of its generation, behind the instance name.</summary>
internal static class RecordKey
{
    /// <summary>The name by which a node is asked for it. Where more than one key holds it is the transport's matter.</summary>
    public const string Name = "cr:gen";
}
