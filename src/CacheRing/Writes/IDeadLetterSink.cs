namespace CacheRing;

/// <summary>
/// Takes the writes that a write-behind cache has given up: a table, a queue, a file. Register it under the cache's name, or
/// without a name for all caches of its types; it is resolved in a service scope of its own for each call. Where there is none,
/// they are logged as errors, without their values.
/// </summary>
public interface IDeadLetterSink<TKey, TValue>
    where TKey : notnull
{
    /// <summary>
    /// Keeps a write that was given up. When it returns the cache has forgotten the write; when it throws it is called again
    /// later, and the write stays pending.
    /// </summary>
    /// <param name="letter">What was given up, and why.</param>
    /// <param name="cancellationToken">Cancelled when it is to end.</param>
    ValueTask WriteAsync(DeadLetter<TKey, TValue> letter, CancellationToken cancellationToken);
}

/// <summary>A write that was given up.</summary>
/// <param name="Cache">The name of its cache.</param>
/// <param name="Write">The write; its id is that with which the store was asked.</param>
/// <param name="Attempts">How many failures counted; 0 if the key was held because of an earlier write.</param>
/// <param name="Error">What the store has thrown last; null if the key was held because of an earlier write.</param>
public sealed record DeadLetter<TKey, TValue>(string Cache, StoreWrite<TKey, TValue> Write, int Attempts, Exception? Error)
    where TKey : notnull
{
    /// <summary>Without the value and the error's text: they may be confidential.</summary>
    public override string ToString() => FormattableString.Invariant($"{Cache}: {Write}, {Attempts} attempts, {Error?.GetType().Name ?? "held"}");
}
