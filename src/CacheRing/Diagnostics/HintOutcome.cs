namespace CacheRing.Diagnostics;

/// <summary>What becomes of a write or remove that a node has not carried out, as metrics name it.</summary>
internal enum HintOutcome
{
    Queued,
    Delivered,
    Lost,
}
