namespace CacheRing.LoadClient;

/// <summary>The database has another version than the one that was to be followed.</summary>
internal sealed class ConflictException : Exception;
