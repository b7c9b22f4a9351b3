using System.Buffers.Binary;
using CacheRing.Entries;
using CacheRing.Nodes;
using RESPite.Messages;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <content>
/// What is done on a condition. The driver sends a script's hash, and the script itself where the server does not know it
/// (any more).
/// </content>
internal sealed partial class RedisNode
{
    public Task<TokenRead> ReadForLoadAsync(
        string key, IReadOnlyList<string> others, TimeSpan lease, IStoredReader reader, CancellationToken cancellation) =>
        others.Count == 0
            ? ReadForLoadAsync(RequestAsync(key, cancellation), reader)
            : ReadForLoadAsync(key, others, reader, cancellation);

    public async Task<TokenRead> LeaseAsync(string key, LeaseTerms terms, IStoredReader reader, CancellationToken cancellation)
    {
        byte[] placeholder = EntryHeader.PlaceholderOf(terms.Generation, terms.Stamp);
        RedisValue[] arguments =
            [Bytes(terms.Generation), terms.Seen == 0 ? RedisValue.EmptyString : Bytes(terms.Seen), placeholder, Milliseconds(terms.Length)];
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(cancellation).ConfigureAwait(false);
            using RespResult reply = await Bounded(
                database.ScriptEvaluateRespAsync(RedisScripts.Lease, new[] { Key(key) }, arguments, Flags), cancellation).ConfigureAwait(false);
            return LeaseIn(reply.Read(), terms.Stamp, reader);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: true);
        }
    }

    public async Task<bool> FillAsync(string key, ulong held, PooledEntry entry, TimeSpan? timeToLive, CancellationToken cancellation)
    {
        RedisValue[] arguments = timeToLive is { } span ? [Bytes(held), entry.Memory, Milliseconds(span)] : [Bytes(held), entry.Memory];
        if (entry.Memory.Length > BulkLimit.Least)
            await ThrowIfTooLongAsync(entry.Memory.Length, cancellation).ConfigureAwait(false);
        bool stored = await IsDoneAsync(RedisScripts.Fill, key, held, arguments, cancellation).ConfigureAwait(false);
        entry.Return();
        return stored;
    }

    // Sent, it would cost the connection.
    private async ValueTask ThrowIfTooLongAsync(int length, CancellationToken cancellation)
    {
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(cancellation).ConfigureAwait(false);
            if (!await _bulkLimit.AllowsAsync(length, database, Epoch).ConfigureAwait(false))
                throw new ValueTooLongException();
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: true);
        }
    }

    public async Task<ulong> RenewAsync(string key, ulong held, TimeSpan lease, CancellationToken cancellation) =>
        await IsDoneAsync(RedisScripts.Renew, key, held, [Bytes(held), Milliseconds(lease)], cancellation).ConfigureAwait(false) ? held : 0;

    public Task<bool> GiveUpAsync(string key, ulong held, CancellationToken cancellation) =>
        IsDoneAsync(RedisScripts.GiveUp, key, held, [Bytes(held)], cancellation);

    public async Task<bool> TryAddAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan timeToLive, CancellationToken cancellation)
    {
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(cancellation).ConfigureAwait(false);
            return await Bounded(
                database.StringSetAsync(Key(key), bytes, Expiry(TimeSpan.FromMilliseconds(Milliseconds(timeToLive))), ValueCondition.NotExists, Flags),
                cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: true);
        }
    }

    private async Task<TokenRead> ReadForLoadAsync(Task<Lease<byte>?> request, IStoredReader reader)
    {
        try
        {
            using Lease<byte>? found = await request.ConfigureAwait(false);
            return found is null ? default : TokenReader.Take(0, found.Span, reader);
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: false);
        }
    }

    private async Task<TokenRead> ReadForLoadAsync(string key, IReadOnlyList<string> others, IStoredReader reader, CancellationToken cancellation)
    {
        // One command: all of them as of one moment.
        TokenReader found = new(reader, others.Count);
        await GetManyAsync([.. others, key], found, cancellation).ConfigureAwait(false);
        return found.Last;
    }

    private async Task<bool> IsDoneAsync(string script, string key, ulong held, RedisValue[] arguments, CancellationToken cancellation)
    {
        // An entry that was written without a stamp has this one, and so is nobody's.
        if (held == 0)
            return false;
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(cancellation).ConfigureAwait(false);
            RedisResult done = await Bounded(database.ScriptEvaluateAsync(script, [Key(key)], arguments, Flags), cancellation).ConfigureAwait(false);
            return (long)done == 1;
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: true);
        }
    }

    private static TokenRead LeaseIn(RespReader reply, ulong stamp, IStoredReader reader)
    {
        // The reader stands on the list itself.
        reply.MoveNextScalar();
        long outcome = reply.ReadInt64();
        if (outcome == RedisScripts.Won)
            return new TokenRead(TokenState.Won, stamp);

        reply.MoveNextScalar();
        if (outcome == RedisScripts.Found)
        {
            TokenReader found = new(reader, 0);
            if (!reply.IsNull)
                Deliver(in reply, 0, found);
            return found.Last;
        }

        Span<byte> token = stackalloc byte[sizeof(ulong)];
        token.Clear();
        reply.CopyTo(token);
        reply.MoveNextScalar();
        long left = reply.ReadInt64();
        return new TokenRead(
            TokenState.Held, BinaryPrimitives.ReadUInt64LittleEndian(token), left < 0 ? null : TimeSpan.FromMilliseconds(left));
    }

    // As in the header.
    private static byte[] Bytes(ulong number)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        return bytes;
    }

    // The server refuses a life of none.
    private static long Milliseconds(TimeSpan span) => Math.Max(1, span.Ticks / TimeSpan.TicksPerMillisecond);
}
