using System.Buffers;
using CacheRing.Nodes;
using RESPite.Messages;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <content>Batches: one MGET or DEL, or one pipeline of SETs.</content>
internal sealed partial class RedisNode
{
    // A server does nothing else while it answers one command, so that a batch of a million keys goes in parts.
    private const int KeysPerCommand = 1024;

    public async ValueTask GetManyAsync(IReadOnlyList<string> keys, IStoredReader reader, CancellationToken token)
    {
        IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
        try
        {
            List<Task<RespResult>> parts = [];
            for (int first = 0; first < keys.Count; first += KeysPerCommand)
            {
                RedisKeyOrValue[] part = new RedisKeyOrValue[Math.Min(KeysPerCommand, keys.Count - first)];
                for (int i = 0; i < part.Length; i++)
                    part[i] = Key(keys[first + i]);
                parts.Add(database.ExecuteRespAsync("MGET", part, Flags));
            }

            for (int part = 0; part < parts.Count; part++)
            {
                using RespResult reply = await Bounded(parts[part], token).ConfigureAwait(false);
                Deliver(reply.Read(), part * KeysPerCommand, reader);
            }
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            throw _connection.Explain(error, isWrite: false);
        }
    }

    public async ValueTask<NodeException?[]> SetManyAsync(IReadOnlyList<NodeWrite> writes, CancellationToken token)
    {
        IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
        Task<bool>[] sent = new Task<bool>[writes.Count];
        for (int i = 0; i < sent.Length; i++)
        {
            NodeWrite write = writes[i];
            sent[i] = database.StringSetAsync(Key(write.Key), write.Bytes, Expiry(write.TimeToLive), flags: Flags);
        }

        NodeException?[] failures = new NodeException?[sent.Length];
        for (int i = 0; i < sent.Length; i++)
        {
            try
            {
                await Bounded(sent[i], token).ConfigureAwait(false);
            }
            catch (Exception error) when (RedisFaults.IsFault(error))
            {
                failures[i] = _connection.Explain(error, isWrite: true) as NodeException
                    ?? throw new ObjectDisposedException(nameof(RedisNode));
            }
        }

        return failures;
    }

    public async ValueTask RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken token)
    {
        IDatabase database = _connection.Database ?? await _connection.FirstConnectionAsync(token).ConfigureAwait(false);
        try
        {
            List<Task<long>> parts = [];
            foreach (string[] part in keys.Chunk(KeysPerCommand))
                parts.Add(database.KeyDeleteAsync(Array.ConvertAll(part, Key), Flags));
            foreach (Task<long> part in parts)
                await Bounded(part, token).ConfigureAwait(false);
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
