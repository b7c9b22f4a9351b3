using CacheRing.Entries;
using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <content>
/// What is done on a condition: the token is the server's CAS number, of which each write gives out a new one. An empty item
/// is a placeholder. Token 0 is never sent, as no item has that number.
/// </content>
internal sealed partial class MemcachedNode
{
    public Task<TokenRead> ReadForLoadAsync(
        string key, IReadOnlyList<string> others, TimeSpan lease, IStoredReader reader, CancellationToken cancellation)
    {
        ReadForLoadCommand command = new(_context, key, others, lease, reader);
        return Sent(command, command.Task, cancellation);
    }

    public Task<TokenRead> LeaseAsync(string key, LeaseTerms terms, IStoredReader reader, CancellationToken cancellation) =>
        terms.Seen == 0
            ? ReadForLoadAsync(key, [], terms.Length, reader, cancellation)
            : TakeOverAsync(RenewAsync(key, terms.Seen, terms.Length, cancellation));

    public Task<bool> FillAsync(string key, ulong held, PooledEntry entry, TimeSpan? timeToLive, CancellationToken cancellation)
    {
        if (held == 0)
        {
            entry.Return();
            return Task.FromResult(false);
        }

        FillCommand command = new(_context, key, held, entry, timeToLive);
        return Sent(command, command.Task, cancellation);
    }

    public Task<ulong> RenewAsync(string key, ulong held, TimeSpan lease, CancellationToken cancellation)
    {
        if (held == 0)
            return Task.FromResult(0UL);
        LeaseCommand command = new(_context, key, held, lease);
        return Sent(command, command.Task, cancellation);
    }

    public Task<bool> GiveUpAsync(string key, ulong held, CancellationToken cancellation)
    {
        if (held == 0)
            return Task.FromResult(false);
        GiveUpCommand command = new(_context, key, held);
        return Sent(command, command.Task, cancellation);
    }

    public Task<bool> TryAddAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan timeToLive, CancellationToken cancellation) =>
        TryStoreAsync(key, bytes, timeToLive, version: null, cancellation);

    // Refused, the server says no more than that it is another, or none.
    private static async Task<TokenRead> TakeOverAsync(Task<ulong> lease) =>
        await lease.ConfigureAwait(false) is var token and not 0 ? new TokenRead(TokenState.Won, token) : default;
}
