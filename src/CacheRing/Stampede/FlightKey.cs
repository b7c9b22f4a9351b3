namespace CacheRing.Stampede;

/// <summary>What callers must agree in to share a flight.</summary>
/// <param name="Key">The key.</param>
/// <param name="Mode">How it is to be read and stored, by the caller's flags.</param>
/// <param name="Type">The type of the value.</param>
internal readonly record struct FlightKey(string Key, int Mode, Type Type);
