using CacheRing.Entries;

namespace CacheRing.Nodes;

/// <summary>
/// What a node can do on a condition. A token is the identity of what is under a key: it is taken before a load begins, and
/// what was loaded is stored only if the key still has it. On Redis it is the stamp in the entry's header, on Memcached the
/// server's CAS number. An absent key has no identity; a lease gives it one, by a placeholder in the value's own key, so that
/// a plain write or remove breaks it. 0 is no token.
/// <para>
/// All of them throw <see cref="NodeException"/> when the node does not answer (the command may then take effect all the
/// same) and <see cref="OperationCanceledException"/> when the token was cancelled; none of them tells the
/// <see cref="INodeClient"/>.
/// </para>
/// </summary>
internal interface ITokenNode
{
    /// <summary>
    /// Reads a key with the intention to load it if it is not there, and other keys before it, in one round trip.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="others">Keys to be read before it; may be empty.</param>
    /// <param name="lease">How long a lease lasts, where a miss takes one in the same command (Memcached).</param>
    /// <param name="reader">
    /// Gets the bytes of each of the others that exists (its place in the list), then those under the key (their count), unless
    /// it is a placeholder. It must not wait: the answers of others may be behind it.
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<TokenRead> ReadForLoadAsync(
        string key, IReadOnlyList<string> others, TimeSpan lease, IStoredReader reader, CancellationToken cancellation);

    /// <summary>
    /// Takes the lease on a key, if nothing is there but what the caller has judged dead.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="terms">What the placeholder says, and what it may replace.</param>
    /// <param name="reader">Gets (as number 0) what is there, if it is a value that the terms do not replace and the transport can tell at once.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>
    /// <see cref="TokenState.Won"/> with the token of the lease; <see cref="TokenState.Held"/> by another;
    /// <see cref="TokenState.Value"/> when the reader was given one; <see cref="TokenState.Absent"/> when the key has changed
    /// meanwhile and should be read again.
    /// </returns>
    Task<TokenRead> LeaseAsync(string key, LeaseTerms terms, IStoredReader reader, CancellationToken cancellation);

    /// <summary>Stores an entry if the key still has the token. The entry's buffer is returned when it was stored or refused.</summary>
    /// <returns>Whether it was stored; false when the key is absent or has another token.</returns>
    Task<bool> FillAsync(string key, ulong held, PooledEntry entry, TimeSpan? timeToLive, CancellationToken cancellation);

    /// <summary>Prolongs a lease that is still held.</summary>
    /// <returns>The lease's token from now on; 0 when it is not held any more.</returns>
    Task<ulong> RenewAsync(string key, ulong held, TimeSpan lease, CancellationToken cancellation);

    /// <summary>Gives up a lease that is still held: the key is absent then.</summary>
    /// <returns>Whether it was still held.</returns>
    Task<bool> GiveUpAsync(string key, ulong held, CancellationToken cancellation);

    /// <summary>Stores bytes under a key that is not there.</summary>
    /// <returns>Whether they were stored.</returns>
    Task<bool> TryAddAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan timeToLive, CancellationToken cancellation);
}
