namespace CacheRing.Patterns;

/// <summary>What can be asked of a flight without knowing what its factory is given.</summary>
internal interface ICacheAsideFlight
{
    /// <summary>Whether this is the request that began it.</summary>
    bool IsOf(object request);
}
