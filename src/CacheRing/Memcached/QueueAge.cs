namespace CacheRing.Memcached;

/// <summary>How a connection's queue stands.</summary>
/// <param name="Oldest">The age of the oldest command that has been written and not answered; null when there is none.</param>
/// <param name="Waiting">How many commands somebody waits for.</param>
/// <param name="Ended">How many commands keep their places though nobody waits for them any more.</param>
internal readonly record struct QueueAge(int? Oldest, int Waiting, int Ended);
