using System.Text;
using CacheRing.Memcached;
using CacheRing.Nodes;

namespace CacheRing.UnitTests.Memcached;

/// <summary>What a caller does with its values (a slow deserializer, an exception) is nothing that other calls wait for or are hurt by.</summary>
[TestFixture]
internal sealed class ReadingThreadTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly MemcachedContext _context = Contexts.Of(new Contexts.Client());
    private MemcachedClock _clock = null!;
    private MemcachedConnection _connection = null!;

    [SetUp]
    public void Connect()
    {
        _clock = new MemcachedClock(TimeSpan.FromSeconds(1), TimeProvider.System);
        _connection = new MemcachedConnection(new FuzzServer(new FuzzPlan(seed: 1, FuzzKind.Right)), _clock, _context.Faults, Contexts.Timings);
        _connection.Start();
    }

    [TearDown]
    public async Task CloseAsync()
    {
        _connection.Close(_context.Faults.Timeout());
        await _connection.Ended.WaitAsync(Deadline);
        _clock.Dispose();
    }

    [TestCase("load")]
    [TestCase("many")]
    public async Task Other_calls_are_answered_while_a_value_is_being_deserialized(string how)
    {
        using SlowReader reader = new();
        Task slow = Send(how, reader, out string key);
        Assert.That(reader.Begun.Wait(Deadline), Is.True);

        string other = FuzzValues.PresentKey("other");
        GetCommand get = new(_context, other);
        _connection.Send(get);
        Assert.That(await get.Task.WaitAsync(Deadline), Is.EqualTo(FuzzValues.Of(other)));
        Assert.That(slow.IsCompleted, Is.False);

        reader.Release();
        await slow.WaitAsync(Deadline);
        Assert.That(reader.Given, Is.EqualTo(FuzzValues.Of(key)));
    }

    [TestCase("load")]
    [TestCase("many")]
    public async Task What_a_deserializer_throws_is_its_own_callers_and_costs_no_connection(string how)
    {
        Task call = Send(how, new ThrowingReader(), out _);
        await Assert.ThrowsAsync<FormatException>(() => call.WaitAsync(Deadline));

        string other = FuzzValues.PresentKey("other");
        GetCommand get = new(_context, other);
        _connection.Send(get);
        Assert.That(await get.Task.WaitAsync(Deadline), Is.EqualTo(FuzzValues.Of(other)));
    }

    [TestCase("load")]
    [TestCase("many")]
    public async Task A_caller_that_has_given_up_is_given_nothing_any_more(string how)
    {
        using SlowReader blocking = new();
        using SlowReader late = new();
        using CancellationTokenSource source = new();
        Task first = Send(how, blocking, out _);
        Assert.That(blocking.Begun.Wait(Deadline), Is.True);

        source.Cancel();
        Task cancelled = Send(how, late, out _, source.Token);
        Assert.That(async () => await cancelled.WaitAsync(Deadline), Throws.InstanceOf<OperationCanceledException>());
        blocking.Release();
        await first.WaitAsync(Deadline);
        Assert.That(late.Begun.IsSet, Is.False);
    }

    private Task Send(string how, IStoredReader reader, out string key, CancellationToken token = default)
    {
        key = FuzzValues.PresentKey("slow");
        MemcachedCommand command;
        Task call;
        if (how == "load")
        {
            ReadForLoadCommand load = new(_context, key, [], TimeSpan.FromSeconds(30), reader);
            (command, call) = (load, load.Task);
        }
        else
        {
            GetManyCommand many = new(_context, [key], reader);
            (command, call) = (many, many.Task);
        }

        command.Watch(token);
        _connection.Send(command);
        return call;
    }

    private sealed class SlowReader : IStoredReader, IDisposable
    {
        private readonly ManualResetEventSlim _released = new();

        public ManualResetEventSlim Begun { get; } = new();

        public byte[]? Given { get; private set; }

        public void Release() => _released.Set();

        public void Read(int index, ReadOnlySpan<byte> stored)
        {
            Begun.Set();
            if (!_released.Wait(Deadline))
                throw new TimeoutException("Nobody was answered meanwhile.");
            Given = stored.ToArray();
        }

        public void Dispose()
        {
            _released.Dispose();
            Begun.Dispose();
        }
    }

    private sealed class ThrowingReader : IStoredReader
    {
        public void Read(int index, ReadOnlySpan<byte> stored) => throw new FormatException(Encoding.Latin1.GetString(stored));
    }
}
