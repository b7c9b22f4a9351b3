using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CacheRing.Diagnostics;
using CacheRing.Memcached;
using CacheRing.Nodes;
using CsCheck;

namespace CacheRing.UnitTests.Memcached;

/// <summary>
/// Whatever bytes a server sends, in whatever pieces: every call ends, nothing crashes, and no call is given another key's
/// value. 100,000 servers in each run; <c>CACHERING_FUZZ_CASES=10000000 dotnet test --filter ConnectionFuzz</c> for more.
/// </summary>
[TestFixture]
internal sealed partial class ConnectionFuzzTests
{
    private const int DefaultCases = 100_000;

    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    private static long Cases =>
        long.TryParse(Environment.GetEnvironmentVariable("CACHERING_FUZZ_CASES"), NumberStyles.None, CultureInfo.InvariantCulture, out long cases) ? cases : DefaultCases;

    [Test]
    public async Task No_server_can_hang_crash_or_mislead_a_call()
    {
        int found = 0;
        await Gen.Int.SampleAsync(async seed => Interlocked.Add(ref found, await RunAsync(seed)), iter: Cases, print: static seed => $"seed {seed}");
        Assert.That(found, Is.GreaterThan(Cases), "right answers are found");
    }

    /// <summary>Asks a server for some keys; returns how many were found.</summary>
    private static async Task<int> RunAsync(int seed)
    {
        Random random = new(seed);
        Client client = new();
        MemcachedContext context = Context(client);
        using MemcachedClock clock = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        List<MemcachedCommand> commands = [];
        List<Task> calls = [];
        int lines = 0;
        for (int i = random.Next(1, 8); i > 0; i--)
            lines += Add(random, i, context, client, commands, calls);

        ScriptedStream stream = new(seed, lines, asked => FuzzedAnswers.To(random, asked));
        MemcachedConnection connection = new(stream, clock, context.Faults, Timings);
        connection.Start();
        foreach (MemcachedCommand command in commands)
            connection.Send(command);

        await Task.WhenAll(calls).WaitAsync(Hang);
        await connection.Ended.WaitAsync(Hang);
        return client.Found;
    }

    private static int Add(Random random, int number, MemcachedContext context, Client client, List<MemcachedCommand> commands, List<Task> calls)
    {
        string key = $"key-{number}";
        switch (random.Next(6))
        {
            case 0:
            case 1:
                GetCommand get = new(context, key);
                commands.Add(get);
                calls.Add(client.CheckAsync(key, get.Task));
                return 1;
            case 2:
                GetToBufferCommand buffered = context.Buffered.Rent();
                ArrayBufferWriter<byte> buffer = new();
                buffered.Prepare(key, buffer);
                commands.Add(buffered);
                calls.Add(client.CheckAsync(key, buffered.Task, buffer));
                return 1;
            case 3:
                RemoveCommand remove = new(context, key);
                commands.Add(remove);
                calls.Add(remove.Task);
                return 1;
            case 4:
                TouchCommand touch = new(context, key, TimeSpan.FromMinutes(1), awaited: true);
                commands.Add(touch);
                calls.Add(Client.IgnoreAsync(touch.Task));
                return 1;
            default:
                // So different that no spoilt character makes one of another: their replies name them, and have no mark.
                string[] keys = [$"{key}-first", $"{key}-second", $"{key}-third"];
                GetManyCommand many = new(context, keys, new Reader(client, keys));
                commands.Add(many);
                calls.Add(Client.IgnoreAsync(many.Task));
                return 1;
        }
    }

    private static NodeTimings Timings => new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

    private static MemcachedContext Context(INodeClient client)
    {
        Assert.That(NodeEndpoint.TryParse("memcached://nowhere", out NodeEndpoint? endpoint, out _), Is.True);
        return new MemcachedContext(new MemcachedSettings("fuzzed", "", endpoint!, Timings), TimeProvider.System) { Client = client };
    }

    // Values begin with their keys; a spoilt length or line cuts them off or puts something in front.
    [GeneratedRegex(@"key-\d+(-\w+)?:")]
    private static partial Regex KeyName { get; }

    /// <summary>Knows what may be given out: a key's own value, or what spoilt framing makes of it, and never another key's.</summary>
    private sealed class Client : INodeClient
    {
        private int _found;
        private volatile string? _misled;

        /// <exception cref="AssertionException">A call was given another key's value.</exception>
        public int Found => _misled is null ? _found : throw new AssertionException(_misled);

        public void Check(string key, ReadOnlySpan<byte> value)
        {
            string right = FuzzedAnswers.ValueOf(key);
            string given = Encoding.Latin1.GetString(value);
            if (given == right)
                Interlocked.Increment(ref _found);
            else if (KeyName.Match(given) is { Success: true } named && !named.Value.Equals($"{key}:", StringComparison.Ordinal))
                _misled = $"'{key}' was given '{given}'.";
        }

        public async Task CheckAsync(string key, Task<byte[]?> call)
        {
            if (await call is { } value)
                Check(key, value);
        }

        public async Task CheckAsync(string key, ValueTask<bool> call, ArrayBufferWriter<byte> buffer)
        {
            if (await call)
                Check(key, buffer.WrittenSpan);
        }

        public static async Task IgnoreAsync(Task call)
        {
            try
            {
                await call;
            }
            catch (NodeException)
            {
                // Of a server that sends nonsense this is the right end.
            }
        }

        public void Connected()
        {
        }

        public void Disconnected(NodeException failure)
        {
        }

        public void ConnectFailed(NodeException failure)
        {
        }

        public bool IsOvertaken(int epoch) => false;

        public void Sending()
        {
        }

        public bool TryOpen(string key, int epoch, ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> value)
        {
            value = stored;
            return true;
        }

        public void Missed()
        {
        }

        public void Done(CacheOperation operation, string key, int epoch)
        {
        }

        public ValueTask<byte[]?> ReadFailedAsync(string key, NodeException failure, CancellationToken token) => default;

        public void WriteFailed(CacheOperation operation, string key, int epoch, NodeException? failure, ulong stamp = 0)
        {
        }
    }

    private sealed class Reader(Client client, string[] keys) : IStoredReader
    {
        public void Read(int index, ReadOnlySpan<byte> stored) => client.Check(keys[index], stored);
    }
}
