namespace CacheRing.Patterns;

/// <summary>
/// What a flight's own read came to. Not nested in the flight, which is generic: it is the result of its asynchronous methods, and
/// native AOT (.NET 10.0.12) cannot make a task of an enum that is nested in a generic class.
/// </summary>
internal enum FlightStep
{
    /// <summary>Everybody has what they came for.</summary>
    Done,

    /// <summary>The lease is ours, or none is needed: load.</summary>
    Load,

    /// <summary>Another loads: wait.</summary>
    Wait,

    /// <summary>Something has changed: look again.</summary>
    Again,
}
