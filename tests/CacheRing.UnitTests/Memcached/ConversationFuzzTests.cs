using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using CacheRing.Memcached;
using CsCheck;

namespace CacheRing.UnitTests.Memcached;

/// <summary>
/// Commands of every kind, sent while answers to earlier ones come in, some of them cancelled, to servers that do right, spoil
/// what they send, or send noise. Every call ends, none with an exception that no caller is told of, none with another's value:
/// <list type="bullet">
/// <item>a server that does right is understood, byte for byte, and is sent nothing but whole commands;</item>
/// <item>what is given out under a key was sent as a value, with the mark that this key was asked for with, or with the key;</item>
/// <item>and if it is the whole value of any key, it is that of this one.</item>
/// </list>
/// 100,000 servers in each run; <c>CACHERING_FUZZ_CASES=10000000 dotnet test --filter Fuzz</c> for more.
/// </summary>
[TestFixture]
internal sealed class ConversationFuzzTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    private long _given;
    private long _failed;
    private long _cancelled;

    [Test]
    public async Task No_conversation_ends_with_a_hang_a_crash_or_the_value_of_another()
    {
        await Gen.Int.SampleAsync(RunAsync, iter: Fuzzing.Cases(100_000), print: static seed => $"seed {seed}");
        Assert.That(new[] { _given, _failed, _cancelled }, Has.All.GreaterThan(1000), "values, failures and cancelled calls have been seen");
    }

    private async Task RunAsync(int seed)
    {
        Random random = new(seed);
        FuzzKind kind = random.Next(8) switch { < 3 => FuzzKind.Right, < 7 => FuzzKind.Spoilt, _ => FuzzKind.Noise };
        Contexts.Client client = new();
        MemcachedContext context = Contexts.Of(client);
        FuzzCalls calls = new(random, context, isLarge: random.Next(100) == 0);
        using CancellationTokenSource source = new();
        using MemcachedClock clock = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        await using FuzzServer server = new(new FuzzPlan(seed, kind));
        MemcachedConnection connection = new(server, clock, context.Faults, Contexts.Timings);
        connection.Start();

        int count = random.Next(1, 13);
        int cancelAt = random.Next(4) == 0 ? random.Next(count) : -1;
        for (int i = 0; i < count; i++)
        {
            CancellationToken token = cancelAt >= 0 && random.Next(2) == 0 ? source.Token : CancellationToken.None;
            MemcachedCommand command = calls.Next(i, token);
            command.Watch(token);
            connection.Send(command);
            if (i == cancelAt)
                source.Cancel();
            if (random.Next(3) == 0)
                await Task.Yield();
        }

        connection.Send(new QuitCommand());
        await calls.Ended.WaitAsync(Hang);
        Exception reason = await connection.Ended.WaitAsync(Hang);
        Check(kind, cancelAt >= 0, calls, client, server);
        if (reason is not NodeException || (kind == FuzzKind.Right && reason is not NodeException { Kind: NodeFailureKind.Unreachable }))
            Assert.Fail($"The connection ended by {reason}");
        Interlocked.Add(ref _given, calls.Given.Count);
        Interlocked.Add(ref _failed, calls.Failures);
        Interlocked.Add(ref _cancelled, calls.Cancelled);
    }

    private static void Check(FuzzKind kind, bool isCancelled, FuzzCalls calls, Contexts.Client client, FuzzServer server)
    {
        if (server.Complaint is { } complaint)
            Assert.Fail($"The server was sent {complaint}.");
        if (kind == FuzzKind.Right && (calls.Failures > 0 || client.Failures > 0))
            Assert.Fail("A call failed that was answered rightly.");
        if (kind == FuzzKind.Right && !isCancelled && calls.Given.Count != calls.Expected)
            Assert.Fail($"{calls.Given.Count} of {calls.Expected} values were given out.");
        if (calls.Given.DistinctBy(static given => given.Key).Count() != calls.Given.Count)
            Assert.Fail("A key was given two values.");

        foreach ((string key, byte[] value) in calls.Given)
        {
            string? owner = FuzzValues.KeyOf(value);
            if (owner == key)
                continue;
            if (kind == FuzzKind.Right || owner is not null || !IsFramed(server, key, value))
                Assert.Fail($"'{key}' was given '{Encoding.Latin1.GetString(value)}'.");
        }
    }

    /// <summary>Whether these bytes were sent behind the head of a value with the key's mark.</summary>
    private static bool IsFramed(FuzzServer server, string key, byte[] value)
    {
        string sent = Encoding.Latin1.GetString(server.Sent);
        string framed = "\r\n" + Encoding.Latin1.GetString(value) + "\r\n";
        for (int at = sent.IndexOf(framed, StringComparison.Ordinal); at >= 0; at = sent.IndexOf(framed, at + 1, StringComparison.Ordinal))
        {
            string head = sent[(sent.LastIndexOf('\n', Math.Max(at - 1, 0)) + 1)..at];
            int begin = head.IndexOf("VA ", StringComparison.Ordinal);
            if (begin >= 0 && server.Marks.TryGetValue(key, out string? mark) && head[begin..].Split(' ').Contains(mark))
                return true;
            if (server.Named.Contains(key) && head.Contains($"VALUE {key} ", StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    /// <summary>The server closes when it has answered all that came before.</summary>
    private sealed class QuitCommand : MemcachedCommand
    {
        public override bool Write(PipeWriter writer)
        {
            writer.Write("quit\r\n"u8);
            return true;
        }

        public override bool Take(in Reply reply) => throw new MemcachedProtocolException("a reply to quit");

        protected override void Fail(Exception error)
        {
        }
    }
}
