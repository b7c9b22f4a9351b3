using System.IO.Pipelines;
using CacheRing.Memcached;

namespace CacheRing.UnitTests.Memcached;

/// <summary>A connection that ends while others send: each command is told once, by the one or by the other.</summary>
[TestFixture]
internal sealed class CommandQueueEndTests
{
    private const int Rounds = 2_000;
    private const int Producers = 3;
    private const int Each = 8;

    [Test]
    public async Task Those_that_are_just_being_added_are_ended_too_and_each_once()
    {
        for (int round = 0; round < Rounds; round++)
        {
            CommandQueue queue = new();
            Command[] commands = [.. Enumerable.Range(0, Producers * Each).Select(static _ => new Command())];
            int isClosed = 0;
            using Barrier barrier = new(Producers + 1);
            Task[] producers = [.. Enumerable.Range(0, Producers).Select(producer => Task.Run(() =>
            {
                barrier.SignalAndWait();
                for (int i = 0; i < Each; i++)
                {
                    // As a connection sends: whoever adds after the end sees the end.
                    Command command = commands[(producer * Each) + i];
                    queue.Add(command);
                    if (Volatile.Read(ref isClosed) == 1)
                        command.TryFail(new IOException());
                }
            }))];

            barrier.SignalAndWait();
            Interlocked.Exchange(ref isClosed, 1);
            queue.FailAll(new IOException());
            await Task.WhenAll(producers);
            Assert.That(commands.Select(static command => command.Ends), Has.All.EqualTo(1));
        }
    }

    [Test]
    public void What_has_been_answered_is_not_told_again()
    {
        CommandQueue queue = new();
        Command[] commands = [new(), new(), new()];
        foreach (Command command in commands)
            queue.Add(command);
        Assert.That(queue.TryNextToWrite(out MemcachedCommand? written), Is.True);
        Assert.That(written!.TryBeginWriting(0), Is.True);
        Assert.That(queue.NextToAnswer(), Is.SameAs(commands[0]));
        queue.Answered(commands[0]);

        queue.FailAll(new IOException());
        Assert.That(commands.Select(static command => command.Ends), Is.EqualTo([0, 1, 1]));
    }

    [Test]
    public void Each_is_released_when_the_next_has_been_answered()
    {
        CommandQueue queue = new();
        Command[] commands = [new(), new(), new()];
        foreach (Command command in commands)
        {
            queue.Add(command);
            Assert.That(queue.TryNextToWrite(out _), Is.True);
        }

        // One that is skipped has no answer of its own, and is released with the rest.
        commands[1].TryFail(new OperationCanceledException());
        Assert.That(commands.Select(static command => command.TryBeginWriting(0)), Is.EqualTo([true, false, true]));
        queue.Answered((Command)queue.NextToAnswer()!);
        queue.Answered((Command)queue.NextToAnswer()!);
        Assert.That(commands.Select(static command => command.Releases), Is.EqualTo([1, 1, 0]));
        Assert.That(commands[0].Next, Is.Null, "no chain of old commands is kept alive");
    }

    private sealed class Command : MemcachedCommand
    {
        private int _ends;

        public int Ends => _ends;

        public int Releases { get; private set; }

        public override bool Write(PipeWriter writer) => true;

        public override bool Take(in Reply reply) => true;

        public override void Released() => Releases++;

        protected override void Fail(Exception error) => Interlocked.Increment(ref _ends);
    }
}
