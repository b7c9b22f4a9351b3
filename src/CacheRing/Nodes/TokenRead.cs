namespace CacheRing.Nodes;

/// <summary>What a key has, as far as loading it is concerned.</summary>
/// <param name="State">What was found, or what became of the wish for a lease.</param>
/// <param name="Token">The token of what is there; 0 when nothing is, or when it cannot be told.</param>
/// <param name="Left">How long another's lease still lasts, where the transport knows; else null.</param>
internal readonly record struct TokenRead(TokenState State, ulong Token = 0, TimeSpan? Left = null);

/// <summary>What is under a key that may have to be loaded.</summary>
internal enum TokenState
{
    /// <summary>Nothing.</summary>
    Absent,

    /// <summary>Bytes, which the reader was given: an entry, live or dead, or something else.</summary>
    Value,

    /// <summary>Another's lease: somebody loads.</summary>
    Held,

    /// <summary>The caller's lease, as of now.</summary>
    Won,
}
