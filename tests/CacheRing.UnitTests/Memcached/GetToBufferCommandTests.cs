using System.Buffers;
using System.Text;
using System.Threading.Tasks.Sources;
using CacheRing.Memcached;

namespace CacheRing.UnitTests.Memcached;

/// <summary>One object serves many calls, one after the other, and each is given its own value, once.</summary>
[TestFixture]
internal sealed class GetToBufferCommandTests
{
    private readonly CommandQueue _queue = new();
    private Contexts.Client _client = null!;
    private MemcachedContext _context = null!;
    private uint _marks;

    [SetUp]
    public void CreateContext()
    {
        _client = new Contexts.Client();
        _context = Contexts.Of(_client);
    }

    [Test]
    public async Task It_is_used_again_when_caller_and_queue_are_done_with_it()
    {
        GetToBufferCommand command = Send("a", out ArrayBufferWriter<byte> buffer);
        ValueTask<bool> call = command.Task;
        Answer("one");
        Assert.That(await call, Is.True);
        Assert.That(TextOf(buffer), Is.EqualTo("one"));
        Assert.That(_context.Buffered.Rent(), Is.Not.SameAs(command), "the queue still begins with it");

        GetToBufferCommand next = Send("b", out buffer);
        call = next.Task;
        Answer("two");
        Assert.That(await call, Is.True);
        Assert.That(TextOf(buffer), Is.EqualTo("two"));
        Assert.That(_context.Buffered.Rent(), Is.SameAs(command));
    }

    [Test]
    public async Task A_second_await_throws_and_does_not_disturb_the_call_that_has_it_now()
    {
        GetToBufferCommand command = Send("a", out _);
        IValueTaskSource<bool> source = command;
        ValueTask<bool> first = command.Task;
        Answer("one");
        Assert.That(await first, Is.True);
        Assert.Throws<InvalidOperationException>(() => source.GetResult(0));

        // The queue lets go of it with the next answer.
        await AnswerOneMoreAsync();
        Assert.That(_context.Buffered.Rent(), Is.SameAs(command));
        ArrayBufferWriter<byte> buffer = Prepare(command, "c");
        ValueTask<bool> second = command.Task;
        Assert.Throws<InvalidOperationException>(() => source.GetResult(0), "while it waits");
        Answer("three");
        Assert.Throws<InvalidOperationException>(() => source.GetResult(0), "when it has ended");
        Assert.That(await second, Is.True);
        Assert.That(TextOf(buffer), Is.EqualTo("three"));
    }

    [Test]
    public async Task A_result_asked_for_too_early_throws_and_the_call_goes_on()
    {
        GetToBufferCommand command = Send("a", out ArrayBufferWriter<byte> buffer);
        ValueTask<bool> call = command.Task;
        Assert.Throws<InvalidOperationException>(() => ((IValueTaskSource<bool>)command).GetResult(0));
        Answer("one");
        Assert.That(await call, Is.True);
        Assert.That(TextOf(buffer), Is.EqualTo("one"));
    }

    [Test]
    public async Task A_miss_and_a_failure_leave_nothing_for_the_next_call()
    {
        GetToBufferCommand missing = Send("a", out ArrayBufferWriter<byte> nothing);
        ValueTask<bool> call = missing.Task;
        Answer(value: null);
        Assert.That(await call, Is.False);

        GetToBufferCommand failing = Send("b", out _);
        call = failing.Task;
        failing.TryFail(_context.Faults.Timeout());
        Answer("late");
        Assert.That(await call, Is.False);
        Assert.That((_client.Misses, _client.Failures, nothing.WrittenCount), Is.EqualTo((1, 1, 0)));

        await AnswerOneMoreAsync();
        Assert.That(_client.Failures, Is.EqualTo(1));
    }

    [Test]
    public async Task A_failure_that_is_to_be_thrown_is_thrown_and_the_command_serves_on()
    {
        _context.Client = new Contexts.Client { Throws = true };
        GetToBufferCommand command = Send("a", out _);
        ValueTask<bool> call = command.Task;
        command.TryFail(_context.Faults.Timeout());
        await Assert.ThrowsAsync<NodeException>(async () => await call);
        Answer("late");
        await AnswerOneMoreAsync();
        Assert.That(_context.Buffered.Rent(), Is.SameAs(command));
    }

    private async Task AnswerOneMoreAsync()
    {
        ValueTask<bool> call = Send("next", out _).Task;
        Answer("next");
        Assert.That(await call, Is.True);
    }

    private GetToBufferCommand Send(string key, out ArrayBufferWriter<byte> buffer)
    {
        GetToBufferCommand command = _context.Buffered.Rent();
        buffer = Prepare(command, key);
        return command;
    }

    private ArrayBufferWriter<byte> Prepare(GetToBufferCommand command, string key)
    {
        ArrayBufferWriter<byte> buffer = new();
        command.Prepare(key, buffer);
        _queue.Add(command);
        Assert.That(_queue.TryNextToWrite(out _), Is.True);
        Assert.That(command.TryBeginWriting(++_marks), Is.True);
        return buffer;
    }

    private void Answer(string? value)
    {
        Span<byte> mark = [Opaque.Flag, .. new byte[Opaque.Length]];
        Opaque.Write(mark[1..], _marks);
        MemcachedCommand command = _queue.NextToAnswer()!;
        Reply reply = value is null ? new(ReplyStatus.Missing, mark) : new(ReplyStatus.Value, mark, Encoding.UTF8.GetBytes(value));
        Assert.That(command.Take(reply), Is.True);
        _queue.Answered(command);
    }

    private static string TextOf(ArrayBufferWriter<byte> buffer) => Encoding.UTF8.GetString(buffer.WrittenSpan);
}
