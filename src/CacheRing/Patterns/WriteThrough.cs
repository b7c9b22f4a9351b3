using CacheRing.Writes;

namespace CacheRing.Patterns;

/// <inheritdoc cref="IWriteThroughCache{TKey, TValue}"/>
internal sealed class WriteThrough<TKey, TValue, TStore> : ReadThrough<TKey, TValue, TStore>, IWriteThroughCache<TKey, TValue>
    where TKey : notnull
    where TStore : ICacheStore<TKey, TValue>
{
    private readonly WriteThroughMode _mode;
    private readonly WriteNumbers _numbers;

    public WriteThrough(PatternParts<TKey, TValue, TStore> parts, WriteThroughMode mode, TimeProvider time)
        : base(parts)
    {
        _mode = mode;
        _numbers = new WriteNumbers(time);
    }

    public async ValueTask<RemoveOutcome> SetAsync(TKey key, TValue value, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        using PooledWriter writer = new();

        // Before the store has it: a value that cannot be read back is the caller's to know of.
        if (_mode == WriteThroughMode.Update)
            Format.Write(new FoundValue<TValue>(value), writer);
        return await ChangeAsync(key, StoreWriteKind.Upsert, value, _mode == WriteThroughMode.Update ? writer.Memory : (ReadOnlyMemory<byte>?)null, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<RemoveOutcome> RemoveAsync(TKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ChangeAsync(key, StoreWriteKind.Delete, default, null, cancellationToken);
    }

    private ValueTask<RemoveOutcome> ChangeAsync(TKey key, StoreWriteKind kind, TValue? value, ReadOnlyMemory<byte>? bytes, CancellationToken cancellation)
    {
        StoreWrite<TKey, TValue> write = _numbers.Next(key, kind, value);
        return Parts.Aside.ChangeAsync(
            KeyOf(key),
            async token => await Parts.Loaders.UseAsync(write, WriteAsync, token).ConfigureAwait(false),
            bytes, Parts.Policy, cancellation);
    }

    private static async ValueTask<bool> WriteAsync(TStore store, StoreWrite<TKey, TValue> write, CancellationToken cancellation)
    {
        await store.WriteAsync([write], cancellation).ConfigureAwait(false);
        return true;
    }
}
