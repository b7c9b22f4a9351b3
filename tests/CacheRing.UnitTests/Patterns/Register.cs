using System.Collections.Concurrent;

namespace CacheRing.UnitTests.Patterns;

/// <summary>One call; each is another, whatever its arguments.</summary>
internal sealed class Step(int key, int value)
{
    public int Key { get; } = key;

    public int Value { get; } = value;
}

/// <summary>
/// A few keys in a database and in the cache before it, and what was seen of them when. A load takes its value from the
/// database, and other threads may go first before it gives it to the cache.
/// </summary>
internal sealed class Register(ShardedHybridCache cache)
{
    public const int Keys = 2;
    private const int Yields = 5;

    private static int _registers;
    private readonly int _number = Interlocked.Increment(ref _registers);
    private readonly int[] _database = new int[Keys];
    private readonly ConcurrentDictionary<Step, Seen> _seen = new();
    private long _clock;
    private int[]? _end;

    public void Read(Step step) => Do(step, async () => await GetAsync(step.Key));

    public void Write(Step step) => Do(step, async () =>
    {
        Volatile.Write(ref _database[step.Key], step.Value);
        await cache.RemoveAsync(NameOf(step.Key));
        return step.Value;
    });

    public void WriteByTag(Step step) => Do(step, async () =>
    {
        Volatile.Write(ref _database[step.Key], step.Value);
        await cache.RemoveByTagAsync(TagOf(step.Key));
        return step.Value;
    });

    public void Set(Step step) => Do(step, async () =>
    {
        await cache.SetAsync(NameOf(step.Key), step.Value);
        return step.Value;
    });

    public void Remove(Step step) => Do(step, async () =>
    {
        await cache.RemoveAsync(NameOf(step.Key));
        return 0;
    });

    /// <summary>Whether calls in the model's order give the same, no call being before one that had ended when it began.</summary>
    public bool IsExplainedBy(RegisterModel model)
    {
        long latest = 0;
        foreach ((Step step, int value) in model.Calls)
        {
            Seen seen = _seen[step];
            if (seen.Value != value || seen.EndedAt < latest)
                return false;
            latest = Math.Max(latest, seen.BeganAt);
        }

        _end ??= [.. Enumerable.Range(0, Keys).Select(key => Wait(GetAsync(key)))];
        return _end.AsSpan().SequenceEqual(model.Values);
    }

    public override string ToString() =>
        string.Join("; ", _seen.OrderBy(static one => one.Value.BeganAt).Select(static one => $"{one.Key.Key}: {one.Value.Value} [{one.Value.BeganAt}-{one.Value.EndedAt}]"))
        + $"; end: {string.Join(", ", _end ?? [])}";

    private void Do(Step step, Func<Task<int>> call)
    {
        long beganAt = Interlocked.Increment(ref _clock);
        int value = Wait(call());
        _seen[step] = new Seen(value, beganAt, Interlocked.Increment(ref _clock));
    }

    private Task<int> GetAsync(int key) => cache.GetOrCreateAsync(
        NameOf(key),
        async _ =>
        {
            int value = Volatile.Read(ref _database[key]);
            for (int i = 0; i < Yields; i++)
                await Task.Yield();
            return value;
        },
        tags: [TagOf(key)]).AsTask();

    private string NameOf(int key) => $"{_number}-{key}";

    private string TagOf(int key) => $"tag-{_number}-{key}";

#pragma warning disable VSTHRD002 // The operations of a parallel sample are synchronous, each on a thread of its own.
    private static int Wait(Task<int> task) => task.WaitAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    private sealed record Seen(int Value, long BeganAt, long EndedAt);
}

/// <summary>What the keys' values are when one call follows another.</summary>
internal sealed class RegisterModel
{
    public List<(Step Step, int Value)> Calls { get; } = [];

    public int[] Values { get; } = new int[Register.Keys];

    public void Read(Step step) => Calls.Add((step, Values[step.Key]));

    public void Write(Step step) => Calls.Add((step, Values[step.Key] = step.Value));

    public void Clear(Step step) => Calls.Add((step, Values[step.Key] = 0));

    public override string ToString() => string.Join(", ", Values);
}
