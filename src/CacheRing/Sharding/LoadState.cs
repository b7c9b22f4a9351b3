namespace CacheRing.Sharding;

/// <summary>How matters stand with a key that may have to be loaded.</summary>
internal enum LoadState
{
    /// <summary>There is an entry: the sink has it.</summary>
    Value,

    /// <summary>There is none that can be read; a lease may be had.</summary>
    Nothing,

    /// <summary>Another loads it.</summary>
    Held,

    /// <summary>The lease is ours.</summary>
    Won,

    /// <summary>The node is out, does not answer, or must not have this key yet: what is loaded cannot be stored.</summary>
    Unavailable,
}

/// <summary>What became of a value that was loaded.</summary>
internal enum FillOutcome
{
    /// <summary>It is in the cache, and nothing wrote or removed the key between the miss and then.</summary>
    Stored,

    /// <summary>The key was written, removed or evicted meanwhile, or another was faster.</summary>
    Refused,

    /// <summary>The node was out, or has not answered (it may have stored it, which does no harm).</summary>
    Dropped,
}
