namespace CacheRing.Patterns;

/// <summary>A value that was found, as one reference: null is that there is none, also where a value itself may be null.</summary>
internal sealed record FoundValue<TValue>(TValue Value);
