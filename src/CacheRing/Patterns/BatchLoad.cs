namespace CacheRing.Patterns;

/// <summary>
/// The loads of one batch of look-ups, as one call: it waits until each of its keys is either to be loaded, found, or loaded by
/// somebody else, and then loads those that are left. A key that is to be loaded after that is loaded alone. Safe for any
/// number of threads.
/// </summary>
internal sealed class BatchLoad<TKey, TValue>(Func<IReadOnlyCollection<TKey>, CancellationToken, ValueTask<IReadOnlyDictionary<TKey, TValue>>> load, int undecided)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private Group _group = new();
    private int _undecided = undecided;

    /// <summary>One of its keys will not be loaded now. To be called once for a key at most, and not after <see cref="LoadAsync"/>.</summary>
    public void Decide()
    {
        Group? ready = null;
        lock (_gate)
        {
            if (--_undecided == 0)
                ready = Take();
        }

        Start(ready);
    }

    /// <summary>Loads a key together with the others.</summary>
    /// <param name="key">The key.</param>
    /// <param name="decides">Whether it was undecided until now.</param>
    /// <param name="cancellation">Cancelled when nobody waits for this key any more.</param>
    public async ValueTask<FoundValue<TValue>?> LoadAsync(TKey key, bool decides, CancellationToken cancellation)
    {
        Group group;
        Group? ready = null;
        lock (_gate)
        {
            group = _group;
            group.Join(key);
            if (decides)
                _undecided--;
            if (_undecided == 0)
                ready = Take();
        }

        // The last of its keys that nobody wants any more ends the load.
        using CancellationTokenRegistration left = cancellation.UnsafeRegister(static group => ((Group)group!).Leave(), group);
        Start(ready);
        IReadOnlyDictionary<TKey, TValue> found = await group.Loaded.Task.WaitAsync(cancellation).ConfigureAwait(false);
        return found.TryGetValue(key, out TValue? value) ? new FoundValue<TValue>(value) : null;
    }

    // Under the gate.
    private Group? Take()
    {
        Group taken = _group;
        if (taken.Keys.Count == 0)
            return null;
        _group = new Group();
        return taken;
    }

    private void Start(Group? group)
    {
        if (group is null)
            return;
        group.Close();
        _ = RunAsync(group);
    }

    /// <summary>Never throws.</summary>
    private async Task RunAsync(Group group)
    {
        try
        {
            group.Loaded.SetResult(await load(group.Keys, group.Cancelled.Token).ConfigureAwait(false));
        }
#pragma warning disable CA1031 // It is the callers' exception, whatever it is.
        catch (Exception error)
#pragma warning restore CA1031
        {
            group.Loaded.SetException(error);

            // They may all have left: an exception that nobody asks for must not end the process.
            _ = group.Loaded.Task.Exception;
        }
    }

    private sealed class Group
    {
        // Those who wait, and one for who may still join.
        private int _wanted = 1;

        public List<TKey> Keys { get; } = [];

        public TaskCompletionSource<IReadOnlyDictionary<TKey, TValue>> Loaded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

#pragma warning disable CA2213, CA1001 // Nothing is to be disposed of in a source without a timer.
        public CancellationTokenSource Cancelled { get; } = new();
#pragma warning restore CA2213, CA1001

        public void Join(TKey key)
        {
            Keys.Add(key);
            Interlocked.Increment(ref _wanted);
        }

        public void Close() => Leave();

        public void Leave()
        {
            if (Interlocked.Decrement(ref _wanted) == 0)
                _ = Cancelled.CancelAsync();
        }
    }
}
