namespace CacheRing;

/// <summary>Settings of a write-through cache. Read once, when the cache is made.</summary>
public sealed class WriteThroughOptions : ReadThroughOptions
{
    /// <summary>What a write leaves in the cache. Default: <see cref="WriteThroughMode.Update"/>.</summary>
    public WriteThroughMode AfterWrite { get; set; }
}

/// <summary>What a write leaves in the cache, once the store has it.</summary>
public enum WriteThroughMode
{
    /// <summary>
    /// The new value, unless another has changed the key meanwhile: nothing then. One round trip before the store's, one after.
    /// </summary>
    Update,

    /// <summary>Nothing: the next read loads it. One round trip, after the store's.</summary>
    Remove,
}
