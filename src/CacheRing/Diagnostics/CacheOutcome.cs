namespace CacheRing.Diagnostics;

/// <summary>How it went, as metrics name it.</summary>
internal enum CacheOutcome
{
    Hit,
    Miss,
    Ok,
    Failed,
}
