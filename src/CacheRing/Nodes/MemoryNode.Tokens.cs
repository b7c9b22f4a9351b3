using CacheRing.Entries;

namespace CacheRing.Nodes;

/// <content>What is done on a condition: the token is an item's number, of which each write gives out a new one.</content>
internal sealed partial class MemoryNode
{
    public Task<TokenRead> ReadForLoadAsync(
        string key, IReadOnlyList<string> others, TimeSpan lease, IStoredReader reader, CancellationToken cancellation)
    {
        ThrowIfOver(cancellation);
        for (int i = 0; i < others.Count; i++)
        {
            if (Find(others[i]) is { } other)
                reader.Read(i, other.Bytes);
        }

        return Task.FromResult(Find(key) is { } item ? Take(item, others.Count, reader) : default);
    }

    public Task<TokenRead> LeaseAsync(string key, LeaseTerms terms, IStoredReader reader, CancellationToken cancellation)
    {
        ThrowIfOver(cancellation);

        // With a header, so that every other read takes it for what it is.
        Item placeholder = NewItem(EntryHeader.PlaceholderOf(terms.Generation, terms.Stamp), terms.Length) with { IsPlaceholder = true };
        while (true)
        {
            Item? found = Find(key);
            if (found is not null && found.Version != terms.Seen)
                return Task.FromResult(Take(found, 0, reader));
            if (found is null ? _items.TryAdd(key, placeholder) : _items.TryUpdate(key, placeholder, found))
                return Task.FromResult(new TokenRead(TokenState.Won, placeholder.Version));
        }
    }

    public Task<bool> FillAsync(string key, ulong held, PooledEntry entry, TimeSpan? timeToLive, CancellationToken cancellation)
    {
        ThrowIfOver(cancellation);
        Item filled = NewItem(entry.Memory.ToArray(), timeToLive);
        entry.Return();
        return Task.FromResult(TryReplace(key, held, _ => filled) is not null);
    }

    public Task<ulong> RenewAsync(string key, ulong held, TimeSpan lease, CancellationToken cancellation)
    {
        ThrowIfOver(cancellation);
        return Task.FromResult(TryReplace(key, held, item => item with { DiesAt = DeathOf(lease) })?.Version ?? 0);
    }

    public Task<bool> GiveUpAsync(string key, ulong held, CancellationToken cancellation)
    {
        ThrowIfOver(cancellation);
        while (Find(key) is { } item && item.Version == held)
        {
            if (_items.TryRemove(KeyValuePair.Create(key, item)))
                return Task.FromResult(true);
        }

        return Task.FromResult(false);
    }

    public Task<bool> TryAddAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan timeToLive, CancellationToken cancellation)
    {
        ThrowIfOver(cancellation);

        // What has expired is not there; looking for it removes it.
        return Task.FromResult(Find(key) is null && _items.TryAdd(key, NewItem(bytes.ToArray(), timeToLive)));
    }

    /// <summary>Puts another item in the place of the one with this token, however often that is prolonged meanwhile.</summary>
    private Item? TryReplace(string key, ulong held, Func<Item, Item> replace)
    {
        while (Find(key) is { } item && item.Version == held)
        {
            Item replacement = replace(item);
            if (_items.TryUpdate(key, replacement, item))
                return replacement;
        }

        return null;
    }

    private TokenRead Take(Item item, int index, IStoredReader reader)
    {
        if (item.IsPlaceholder)
            return new TokenRead(TokenState.Held, item.Version, item.DiesAt - _time.GetUtcNow());
        reader.Read(index, item.Bytes);
        return new TokenRead(TokenState.Value, item.Version);
    }
}
