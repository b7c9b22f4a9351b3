using System.IO.Pipelines;
using CacheRing.Memcached;

namespace CacheRing.UnitTests.Memcached;

/// <summary>Any thread adds, one writes, one reads; whatever happens, each command is ended exactly once.</summary>
[TestFixture]
internal sealed class CommandQueueTests
{
    private const int Producers = 4;
    private const int Each = 50_000;

    [Test]
    public async Task Commands_of_each_producer_keep_their_order_and_none_is_lost()
    {
        CommandQueue queue = new();
        Task[] producers = [.. Enumerable.Range(0, Producers).Select(producer => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
                queue.Add(new Command(producer, i));
        }))];

        int[] next = new int[Producers];
        int answered = 0;
        while (answered < Producers * Each)
        {
            // The writer and the reader in one, on one thread: each command is written, then answered.
            if (!queue.TryNextToWrite(out MemcachedCommand? written))
            {
                await Task.Yield();
                continue;
            }

            Assert.That(written.TryBeginWriting(0), Is.True);
            Command command = (Command)queue.NextToAnswer()!;
            Assert.That(command, Is.SameAs(written));
            Assert.That(command.Number, Is.EqualTo(next[command.Producer]++));
            queue.Answered(command);
            answered++;
        }

        await Task.WhenAll(producers);
        Assert.That(queue.HasMoreToWrite, Is.False);
        Assert.That(queue.NextToAnswer(), Is.Null);
    }

    [Test]
    public void A_command_that_was_not_sent_has_no_answer()
    {
        CommandQueue queue = new();
        Command[] commands = [new(0, 0), new(0, 1), new(0, 2)];
        foreach (Command command in commands)
        {
            queue.Add(command);
            Assert.That(queue.TryNextToWrite(out _), Is.True);
        }

        Assert.That(queue.NextToAnswer(), Is.Null, "nothing has been written");
        for (int i = 0; i < 2; i++)
        {
            commands[i].TryFail(new OperationCanceledException());
            Assert.That(commands[i].TryBeginWriting(0), Is.False);
        }

        Assert.That(commands[2].TryBeginWriting(0), Is.True);
        Assert.That(queue.NextToAnswer(), Is.SameAs(commands[2]));
    }

    [Test]
    public void The_end_of_the_connection_ends_every_command_once()
    {
        CommandQueue queue = new();
        Command[] commands = [.. Enumerable.Range(0, 10).Select(static i => new Command(0, i))];
        foreach (Command command in commands)
            queue.Add(command);
        commands[3].TryFail(new OperationCanceledException());
        queue.FailAll(new ObjectDisposedException("x"));
        queue.FailAll(new ObjectDisposedException("y"));
        Assert.That(commands.Select(static command => command.Ends), Has.All.EqualTo(1));
        Assert.That(commands[3].Error, Is.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Those_that_wait_too_long_are_ended_and_the_others_are_not()
    {
        CommandQueue queue = new();
        Command[] commands = [new(0, 0), new(0, 1), new(0, 2)];
        for (int i = 0; i < commands.Length; i++)
        {
            commands[i].Stamp(i * 10);
            queue.Add(commands[i]);
        }

        Assert.That(queue.TryNextToWrite(out MemcachedCommand? written), Is.True);
        Assert.That(written!.TryBeginWriting(0), Is.True);
        Assert.That(queue.Expire(now: 25, limit: 10, static () => new TimeoutException()), Is.EqualTo(new QueueAge(Oldest: 25, Waiting: 1, Ended: 2)));
        Assert.That(commands.Select(static command => command.Ends), Is.EqualTo([1, 1, 0]));
    }

    [Test]
    public void The_oldest_that_was_sent_is_found_behind_those_that_were_not()
    {
        CommandQueue queue = new();
        Command[] commands = [new(0, 0), new(0, 1), new(0, 2)];
        foreach (Command command in commands)
        {
            command.Stamp(5);
            queue.Add(command);
            Assert.That(queue.TryNextToWrite(out _), Is.True);
        }

        commands[0].TryFail(new OperationCanceledException());
        Assert.That(commands[0].TryBeginWriting(0), Is.False);
        Assert.That(commands[1].TryBeginWriting(0), Is.True);
        Assert.That(queue.Expire(now: 12, limit: 100, static () => new TimeoutException()).Oldest, Is.EqualTo(7), "a silent connection shows");
        Assert.That(queue.Expire(now: 200, limit: 100, static () => new TimeoutException()).Oldest, Is.EqualTo(195), "and when its call has ended as well");
    }

    private sealed class Command(int producer, int number) : MemcachedCommand
    {
        public int Producer => producer;

        public int Number => number;

        public int Ends { get; private set; }

        public Exception? Error { get; private set; }

        public override bool Write(PipeWriter writer) => true;

        public override bool Take(in Reply reply) => true;

        protected override void Fail(Exception error)
        {
            Ends++;
            Error = error;
        }
    }
}
