namespace CacheRing.Patterns;

/// <summary>What a caller wants: a key, and how to load and keep it.</summary>
internal abstract record LoadRequest<T>(string Key, EntryPolicy Policy, string[] Tags)
{
    public abstract ValueTask<T> LoadAsync(CancellationToken cancellation);

    /// <summary>It is clear that it is not loaded now: another process does it, say. It may be later all the same.</summary>
    public virtual void NotNow()
    {
    }
}

/// <summary>The same, with what the factory is given.</summary>
internal sealed record LoadRequest<TState, T>(
    string Key, TState State, Func<TState, CancellationToken, ValueTask<T>> Factory, EntryPolicy Policy, string[] Tags)
    : LoadRequest<T>(Key, Policy, Tags)
{
    public override ValueTask<T> LoadAsync(CancellationToken cancellation) => Factory(State, cancellation);
}
