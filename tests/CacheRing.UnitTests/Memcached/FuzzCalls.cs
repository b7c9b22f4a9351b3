using System.Buffers;
using System.Collections.Concurrent;
using CacheRing.Entries;
using CacheRing.Memcached;
using CacheRing.Nodes;

namespace CacheRing.UnitTests.Memcached;

/// <summary>Calls of every kind, how they ended, and what they were given.</summary>
internal sealed class FuzzCalls
{
    private readonly Random _random;
    private readonly MemcachedContext _context;
    private readonly bool _isLarge;
    private readonly List<Task> _ends = [];
    private int _failures;
    private int _cancelled;

    public FuzzCalls(Random random, MemcachedContext context, bool isLarge)
    {
        _random = random;
        _context = context;
        _isLarge = isLarge;
    }

    /// <summary>Ends when every call has; an exception of a kind that no caller is told of goes on.</summary>
    public Task Ended => Task.WhenAll(_ends);

    public ConcurrentBag<KeyValuePair<string, byte[]>> Given { get; } = [];

    /// <summary>How many values a server that does right gives out.</summary>
    public int Expected { get; private set; }

    public int Failures => _failures;

    public int Cancelled => _cancelled;

    /// <summary>A command of any kind on keys of its own.</summary>
    public MemcachedCommand Next(int number, CancellationToken token)
    {
        string key = $"{(_isLarge && _random.Next(2) == 0 ? FuzzValues.Large : "key-")}{number}";
        MemcachedCommand command;
        switch (_random.Next(13))
        {
            case 0:
            case 1:
                GetCommand get = new(_context, Expect(key));
                _ends.Add(EndAsync(get.Task, value => Give(key, value), token));
                command = get;
                break;
            case 2:
            case 3:
                GetToBufferCommand buffered = _context.Buffered.Rent();
                ArrayBufferWriter<byte> buffer = new();
                buffered.Prepare(Expect(key), buffer);
                _ends.Add(EndAsync(buffered.Task.AsTask(), isThere => Give(key, isThere ? buffer.WrittenSpan.ToArray() : null), token));
                command = buffered;
                break;
            case 4:
                FetchCommand fetch = new(_context, Expect(key));
                _ends.Add(EndAsync(fetch.Task, item => Give(key, item?.Bytes), token));
                command = fetch;
                break;
            case 5:
                // A reply of the plain get names its key, and a line that is spoilt must not make one name of another. Those that are
                // not of ASCII have marks.
                string[] keys = [$"{key}-first", $"{key}-second", $"{key}-\u00E4", $"{key}-\u00F6", $"{key}-last"];
                keys = Array.ConvertAll(keys[.._random.Next(1, keys.Length + 1)], Expect);
                command = Ending(new GetManyCommand(_context, keys, new Reader(this, keys)), static many => many.Task, token);
                break;
            case 6:
                command = Ending(new SetCommand(_context, key, Entry(key), null), static set => set.Task, token);
                break;
            case 7:
                NodeWrite[] writes = [new($"{key}a", Entry($"{key}a"), null), new($"{key}b", Entry($"{key}b"), TimeSpan.FromDays(1))];
                command = Ending(new SetManyCommand(_context, writes), static many => many.Task, token);
                break;
            case 8:
                command = _random.Next(2) == 0
                    ? Ending(new RemoveCommand(_context, key), static remove => remove.Task, token)
                    : Ending(new RemoveManyCommand(_context, [$"{key}a", $"{key}b"]), static many => many.Task, token);
                break;
            case 9:
                bool isAwaited = _random.Next(2) == 0;
                command = Ending(new TouchCommand(_context, key, TimeSpan.FromMinutes(1), isAwaited), static touch => touch.Task, token);
                break;
            case 10:
                string[] read = [Expect($"{key}a"), Expect($"{key}b"), Expect(key)];
                ReadForLoadCommand load = new(_context, key, read[..2], TimeSpan.FromSeconds(30), new Reader(this, read));
                command = Ending(load, static reading => reading.Task, token);
                break;
            case 11:
                command = _random.Next(3) switch
                {
                    0 => Ending(new LeaseCommand(_context, key, 7, TimeSpan.FromSeconds(30)), static lease => lease.Task, token),
                    1 => Ending(new FillCommand(_context, key, 7, Entry(key), null), static fill => fill.Task, token),
                    _ => Ending(new GiveUpCommand(_context, key, 7), static end => end.Task, token),
                };
                break;
            default:
                command = _random.Next(2) == 0
                    ? Ending(new StatisticsCommand(_context.Faults), static statistics => statistics.Task, token)
                    : Ending(new StoreCommand(_context, key, FuzzValues.Of(key), null, _random.Next(2) == 0 ? null : 7), static store => store.Task, token);
                break;
        }

        return command;
    }

    private string Expect(string key)
    {
        Expected += FuzzValues.IsThere(key) ? 1 : 0;
        return key;
    }

    private void Give(string key, byte[]? value)
    {
        if (value is not null)
            Given.Add(KeyValuePair.Create(key, value));
    }

    private TCommand Ending<TCommand>(TCommand command, Func<TCommand, Task> end, CancellationToken token)
        where TCommand : MemcachedCommand
    {
        _ends.Add(EndAsync(end(command), token));
        return command;
    }

    private async Task EndAsync<T>(Task<T> call, Action<T> then, CancellationToken token)
    {
        await EndAsync(call, token);
        if (call.IsCompletedSuccessfully)
            then(await call);
    }

    private async Task EndAsync(Task call, CancellationToken token)
    {
        try
        {
            await call;
        }
        catch (NodeException)
        {
            Interlocked.Increment(ref _failures);
        }
        catch (OperationCanceledException cancelled) when (cancelled.CancellationToken == token && token.IsCancellationRequested)
        {
            Interlocked.Increment(ref _cancelled);
        }
    }

    private static PooledEntry Entry(string key)
    {
        byte[] value = FuzzValues.Of(key);
        PooledEntry entry = new(value.Length);
        value.CopyTo(entry.Span);
        return entry;
    }

    private sealed class Reader(FuzzCalls calls, string[] keys) : IStoredReader
    {
        public void Read(int index, ReadOnlySpan<byte> stored) => calls.Give(keys[index], stored.ToArray());
    }
}
