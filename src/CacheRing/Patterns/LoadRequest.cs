namespace CacheRing.Patterns;

/// <summary>What a caller wants: a key, and how to load and keep it.</summary>
internal sealed record LoadRequest<TState, T>(
    string Key, TState State, Func<TState, CancellationToken, ValueTask<T>> Factory, EntryPolicy Policy, string[] Tags);
