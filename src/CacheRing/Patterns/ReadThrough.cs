using System.Runtime.CompilerServices;

namespace CacheRing.Patterns;

/// <inheritdoc cref="IReadThroughCache{TKey, TValue}"/>
internal class ReadThrough<TKey, TValue, TLoader> : IReadThroughCache<TKey, TValue>
    where TKey : notnull
    where TLoader : ICacheLoader<TKey, TValue>
{
    private readonly PatternParts<TKey, TValue, TLoader> _parts;
    private readonly string _prefix;

    public ReadThrough(PatternParts<TKey, TValue, TLoader> parts)
    {
        _parts = parts;
        _prefix = parts.Name + ":";
        Format = new FoundFormat<TValue>(parts.Aside.Formats.Get<TValue>());
        parts.Aside.Formats.Use(Format);
    }

    protected FoundFormat<TValue> Format { get; }

    protected PatternParts<TKey, TValue, TLoader> Parts => _parts;

    public virtual ValueTask<CacheLookup<TValue>> GetAsync(TKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ValueTask<FoundValue<TValue>?> found = _parts.Aside.GetAsync(
            KeyOf(key), (_parts, key), static (it, token) => LoadAsync(it._parts, it.key, token), _parts.Policy, null, cancellationToken);
        return found.IsCompletedSuccessfully ? new(Lookup(found.Result)) : AwaitAsync(found);
    }

    public virtual async ValueTask<IReadOnlyDictionary<TKey, TValue>> GetManyAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        List<TKey> distinct = [.. keys.Distinct()];
        BatchLoad<TKey, TValue> batch = new(
            (missing, token) => _parts.Loaders.UseAsync(missing, static (loader, keys, token) => loader.LoadManyAsync(keys, token), token), distinct.Count);

        // Two keys may have one text only if the encoding is wrong; each is asked for then.
        List<LoadRequest<FoundValue<TValue>?>> requests = new(distinct.Count);
        foreach (TKey key in distinct)
        {
            if (key is null)
                throw new ArgumentException("A key of the batch is null.", nameof(keys));
            requests.Add(new BatchedRequest<TKey, TValue>(KeyOf(key), _parts.Policy, key, batch));
        }

        FoundValue<TValue>?[] values = await _parts.Aside.GetManyAsync(requests, _parts.Policy, cancellationToken).ConfigureAwait(false);
        Dictionary<TKey, TValue> found = new(distinct.Count);
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value)
                found[distinct[i]] = value.Value;
        }

        return found;
    }

    protected string KeyOf(TKey key) => _prefix + _parts.Keys.Encode(key);

    private static CacheLookup<TValue> Lookup(FoundValue<TValue>? found) => found is null ? default : new CacheLookup<TValue>(found.Value);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<CacheLookup<TValue>> AwaitAsync(ValueTask<FoundValue<TValue>?> found) => Lookup(await found.ConfigureAwait(false));

    private static async ValueTask<FoundValue<TValue>?> LoadAsync(PatternParts<TKey, TValue, TLoader> parts, TKey key, CancellationToken cancellation) =>
        (await parts.Loaders.UseAsync(key, static (loader, key, token) => loader.LoadAsync(key, token), cancellation).ConfigureAwait(false)).TryGet(out TValue? value)
            ? new FoundValue<TValue>(value)
            : null;
}
