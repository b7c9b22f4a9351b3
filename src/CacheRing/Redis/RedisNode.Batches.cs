using System.Buffers;
using CacheRing.Nodes;
using RESPite.Messages;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <content>Batches: one MGET, or one pipeline of SETs.</content>
internal sealed partial class RedisNode
{
    // A server does nothing else while it answers one command, so that a batch of a million keys goes in parts.
    private const int KeysPerCommand = 1024;

    public async Task GetManyAsync(IReadOnlyList<string> keys, IStoredReader reader, CancellationToken token)
    {
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
            KeptKeysReader? kept = KeptKeysReader.For(keys, reader, Restore);
            int count = kept?.Count ?? keys.Count;
            List<Task<RespResult>> parts = [];
            for (int first = 0; first < count; first += KeysPerCommand)
            {
                RedisKeyOrValue[] part = new RedisKeyOrValue[Math.Min(KeysPerCommand, count - first)];
                for (int i = 0; i < part.Length; i++)
                    part[i] = kept is null ? Key(keys[first + i]) : kept.KeyAt(first + i, CopiesOf, Key);
                parts.Add(database.ExecuteRespAsync("MGET", part, Flags));
            }

            for (int part = 0; part < parts.Count; part++)
            {
                using RespResult reply = await Bounded(parts[part], token).ConfigureAwait(false);
                Deliver(reply.Read(), part * KeysPerCommand, kept ?? reader);
            }

            kept?.End();
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: false);
        }
    }

    public async Task<NodeException?[]> SetManyAsync(IReadOnlyList<NodeWrite> writes, CancellationToken token)
    {
        Task<bool>[] sent = await SendAsync(writes, token).ConfigureAwait(false);

        // One deadline for all. What each came to is looked up afterwards: an exception thrown for each key would cost more
        // than the batch.
        Task all = Bounded(Task.WhenAll(sent), token);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        token.ThrowIfCancellationRequested();
        NodeException?[] failures = Array.ConvertAll(sent, FailureOf);
        for (int i = 0; i < failures.Length; i++)
        {
            if (failures[i]?.Kind == NodeFailureKind.ValueTooLarge)
                _bulkLimit.Refused(writes[i].Entry.Memory.Length);
        }

        return failures;
    }

    private NodeException? FailureOf(Task<bool> write)
    {
        if (write.IsCompletedSuccessfully)
            return null;
        Exception error = write.Exception?.InnerException ?? new TimeoutException();
        return RedisFaults.IsFault(error) ? _connection.Explain(error, isWrite: true) : throw error;
    }

    private async Task<Task<bool>[]> SendAsync(IReadOnlyList<NodeWrite> writes, CancellationToken token)
    {
        try
        {
            IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
            Task<bool>[] sent = new Task<bool>[writes.Count];
            for (int i = 0; i < sent.Length; i++)
            {
                NodeWrite write = writes[i];
                sent[i] = await _bulkLimit.AllowsAsync(write.Entry.Memory.Length, database, Epoch).ConfigureAwait(false)
                    ? database.StringSetAsync(Key(write.Key), write.Entry.Memory, Expiry(write.TimeToLive), flags: Flags)
                    : Task.FromException<bool>(new ValueTooLongException());
            }

            return sent;
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: true);
        }
    }

    private static void Deliver(RespReader reply, int index, IStoredReader reader)
    {
        // The reader stands on the reply itself.
        for (int left = reply.AggregateLength(); left > 0; left--, index++)
        {
            reply.MoveNextScalar();
            if (!reply.IsNull)
                Deliver(in reply, index, reader);
        }
    }

    private static void Deliver(in RespReader scalar, int index, IStoredReader reader)
    {
        if (scalar.TryGetSpan(out ReadOnlySpan<byte> whole))
        {
            reader.Read(index, whole);
            return;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(scalar.ScalarLength());
        int length = scalar.CopyTo(rented);
        reader.Read(index, rented.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(rented);
    }
}
