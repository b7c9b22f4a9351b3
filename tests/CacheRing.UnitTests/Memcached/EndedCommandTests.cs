using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using CacheRing.Entries;
using CacheRing.Memcached;
using CacheRing.Testing;

namespace CacheRing.UnitTests.Memcached;

/// <summary>A call that has ended keeps its place in the connection's queue for as long as the line is slow, and nothing else.</summary>
[TestFixture]
internal sealed class EndedCommandTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly MemcachedContext _context = Contexts.Of(new Contexts.Client());

    [TestCase(false)]
    [TestCase(true)]
    public void What_it_holds_is_let_go_of(bool isWritten)
    {
        CommandQueue queue = new();
        List<WeakReference> held = Fill(queue, isWritten);
        for (int beat = 0; beat < 2; beat++)
            queue.Expire(now: 100, limit: 10, _context.Faults.Timeout);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.That(held.Select(static one => one.IsAlive), Has.All.False);
        Assert.That(queue.Expire(now: 100, limit: 10, _context.Faults.Timeout).Ended, Is.EqualTo(held.Count), "they keep their places");
        GC.KeepAlive(queue);
    }

    [Test]
    public async Task A_connection_with_too_many_of_them_refuses_calls_at_once_and_takes_them_again_when_they_are_gone()
    {
        using MemcachedClock clock = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        await using StuckStream stream = new();
        MemcachedConnection connection = new(stream, clock, _context.Faults, Contexts.Timings);
        connection.Start();
        FetchCommand before = new(_context, "before");
        connection.Send(before);
        await Poll.UntilAsync(() => before.IsWritten, "the first to be written");
        for (int i = 0; i <= MemcachedConnection.MostEnded; i++)
        {
            FetchCommand command = new(_context, $"key-{i}");
            Task<FetchedItem?> call = command.Task;
            connection.Send(command);
            command.TryFail(new OperationCanceledException());
            Assert.That(call.IsCanceled, Is.True);
        }

        connection.Beat();
        FetchCommand refused = new(_context, "refused");
        connection.Send(refused);
        NodeException error = (await Assert.ThrowsAsync<NodeException>(() => refused.Task.WaitAsync(Deadline)))!;
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.Busy));
        Assert.That(error.MayTakeEffect, Is.False);
        Assert.That(error.Message, Does.Contain("16384 unanswered calls that were given up").And.Contain("The call was not sent"));
        NoOperationCommand probe = new(_context.Faults);
        connection.Send(probe);
        Assert.That(probe.IsEnded, Is.False, "signs of life are asked for all the same");

        stream.Release();
        Assert.That((await before.Task.WaitAsync(Deadline))!.Bytes, Is.EqualTo("x"u8.ToArray()));
        await probe.Task.WaitAsync(Deadline);
        connection.Beat();
        FetchCommand taken = new(_context, "taken");
        connection.Send(taken);
        Assert.That((await taken.Task.WaitAsync(Deadline))!.Bytes, Is.EqualTo("x"u8.ToArray()));
        connection.Close(_context.Faults.Timeout());
        await connection.Ended.WaitAsync(Deadline);
    }

    [Test]
    public async Task Calls_that_were_never_sent_do_not_make_a_connection_refuse_others_when_it_has_answered_all()
    {
        using MemcachedClock clock = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        await using StuckStream stream = new();
        MemcachedConnection connection = new(stream, clock, _context.Faults, Contexts.Timings);
        connection.Start();
        FetchCommand before = new(_context, "before");
        connection.Send(before);
        await Poll.UntilAsync(() => before.IsWritten, "the first to be written");
        FetchCommand last = null!;
        for (int i = 0; i <= MemcachedConnection.MostEnded; i++)
        {
            last = new(_context, $"key-{i}");
            connection.Send(last);
            last.TryFail(new OperationCanceledException());
        }

        stream.Release();
        await before.Task.WaitAsync(Deadline);
        await Poll.UntilAsync(() => last.IsSkipped, "the writer to pass them by");
        for (int beat = 0; beat < 3; beat++)
        {
            connection.Beat();
            FetchCommand taken = new(_context, $"taken-{beat}");
            connection.Send(taken);
            Assert.That((await taken.Task.WaitAsync(Deadline))!.Bytes, Is.EqualTo("x"u8.ToArray()));
        }

        connection.Close(_context.Faults.Timeout());
        await connection.Ended.WaitAsync(Deadline);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private List<WeakReference> Fill(CommandQueue queue, bool isWritten)
    {
        List<WeakReference> held = [];
        foreach (Func<string, CancellationToken, (MemcachedCommand Command, object Held)> create in (Func<string, CancellationToken, (MemcachedCommand, object)>[])
        [
            (key, _) => (new GetCommand(_context, key), key),
            (key, _) => (new SetCommand(_context, key, new PooledEntry(1), null), key),
            (key, _) => (new FillCommand(_context, key, 1, new PooledEntry(1), null), key),
            (key, _) => (new RemoveCommand(_context, key), key),
            (key, _) => (new TouchCommand(_context, key, TimeSpan.FromMinutes(1), awaited: true), key),
            (key, _) => (new GiveUpCommand(_context, key, 1), key),
            (key, _) => (new LeaseCommand(_context, key, 1, TimeSpan.FromMinutes(1)), key),
            (key, _) => (new ReadForLoadCommand(_context, key, [], TimeSpan.FromMinutes(1), null!), key),
            (key, _) => Storing(key),
            (key, _) => Fetching(key),
            (key, token) => (Watching(new FetchCommand(_context, key), token), key),
        ])
        {
            CancellationTokenSource source = new();
            (MemcachedCommand command, object one) = create(new string('k', 20 + held.Count), source.Token);
            held.Add(new WeakReference(one));
            command.Stamp(0);
            queue.Add(command);
            if (!isWritten)
                continue;
            Assert.That(queue.TryNextToWrite(out _), Is.True);
            Assert.That(command.TryBeginWriting(0), Is.True);
            while (!command.Write(PipeWriter.Create(Stream.Null)))
            {
            }

            command.EndWriting();
        }

        return held;
    }

    private (MemcachedCommand Command, object Held) Storing(string key)
    {
        byte[] bytes = new byte[1000];
        return (new StoreCommand(_context, key, bytes, null, null), bytes);
    }

    private (MemcachedCommand Command, object Held) Fetching(string key)
    {
        FetchCommand command = new(_context, key);
        return (command, command.Task);
    }

    private static FetchCommand Watching(FetchCommand command, CancellationToken token)
    {
        command.Watch(token);
        return command;
    }

    /// <summary>Takes nothing until it is released; then it answers every get with an x.</summary>
    private sealed class StuckStream : DelegatingDuplex
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public StuckStream()
            : base(new LineServer(static line => line == "mn" ? "MN\r\n" : $"VA 1 c1 {LineServer.MarkOf(line)}\r\nx\r\n"))
        {
        }

        public void Release() => _released.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _released.Task;
            await Inner.WriteAsync(buffer, cancellationToken);
        }
    }
}
