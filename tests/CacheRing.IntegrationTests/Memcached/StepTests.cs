using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>
/// Calls that end early leave the stream in step: not only is every value its key's, it is so over the very same connection.
/// A client that gave up a connection with each call that gives up would be right as well, and useless.
/// </summary>
[TestFixture]
public sealed partial class StepTests
{
    private const int Keys = 100;

    private MemcachedServer _server = null!;
    private FaultProxy _proxy = null!;
    private CacheUnderTest _app = null!;
    private int _done;
    private int _cancelled;
    private int _timedOut;

    [GeneratedRegex(@"STAT total_connections (\d+)\r\n")]
    private static partial Regex TotalConnections { get; }

    [SetUp]
    public async Task StartAsync()
    {
        _done = _cancelled = _timedOut = 0;
        _server = await MemcachedServer.StartAsync();
        _proxy = FaultProxy.Start(_server.Host, _server.Port);
        _app = CacheUnderTest.Over([$"memcached://{_proxy.Host}:{_proxy.Port}"], static options =>
        {
            options.Failover.OnReadFailure = ReadFailureBehavior.Throw;
            options.Failover.OperationTimeout = TimeSpan.FromMilliseconds(100);

            // A server is only silent when it has been so for this long as well: no connection is given up here.
            options.Failover.ConnectTimeout = TimeSpan.FromMinutes(1);
        });
        for (int i = 0; i < Keys; i++)
            await Poll.UntilAsync(() => IsStoredAsync(i), "the values to be stored");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _app.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [TestCase("slow")]
    [TestCase("late")]
    [TestCase("in pieces")]
    public async Task Calls_of_every_kind_that_end_early_cost_no_other_call_its_value_and_no_connection(string how)
    {
        int connections = await ConnectionsAsync();
        if (how == "in pieces")
            _proxy.Trickle(1500, TimeSpan.FromMilliseconds(1));
        else
            _proxy.Delay = TimeSpan.FromMilliseconds(how == "slow" ? 15 : 150);

        for (int round = 0; round < 10; round++)
        {
            Random random = new(round);
            await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => CallAsync(random.Next(6), random.Next(Keys), random.Next(3))));
        }

        _proxy.Heal();
        for (int i = 0; i < Keys; i++)
            await Poll.UntilAsync(() => IsStoredAsync(i), "every key to be read again");
        Assert.That(_cancelled, Is.GreaterThan(0));
        if (how == "late")
            Assert.That(_timedOut, Is.GreaterThan(0), "a round trip is three times as long as the timeout");
        Assert.That(await ConnectionsAsync(), Is.EqualTo(connections + 1), "the one that asks, and no other");
    }

    private async Task CallAsync(int kind, int i, int ending)
    {
        using CancellationTokenSource source = new();
        try
        {
            Task call = CallAsync(kind, i, source.Token);

            // At once, or when it may just be being sent or answered, or not at all.
            if (ending == 0)
                await source.CancelAsync();
            else if (ending == 1)
                source.CancelAfter(i % 40);
            await call;
            Interlocked.Increment(ref _done);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
        }
        catch (NodeException error)
        {
            Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.Timeout));
            Interlocked.Increment(ref _timedOut);
        }
    }

    private async Task CallAsync(int kind, int i, CancellationToken token)
    {
        switch (kind)
        {
            case 0:
                await _app.Cache.SetAsync(Key(i), Value(i), new(), token);
                break;
            case 1:
                await _app.Cache.SetManyAsync([new(Key(i), Value(i)), new(Key(0), Value(0))], new(), token);
                break;
            case 2:
                ArrayBufferWriter<byte> buffer = new();
                if (await _app.Cache.TryGetAsync(Key(i), buffer, token))
                    Assert.That(buffer.WrittenSpan.SequenceEqual(Value(i)), Is.True, "into a buffer");
                break;
            case 3:
                foreach ((string key, byte[] value) in await _app.Cache.GetManyAsync(Enumerable.Range(i, 10).Select(Key), token))
                    Assert.That(value.AsSpan().SequenceEqual(Value(int.Parse(key.AsSpan(4), CultureInfo.InvariantCulture))), Is.True, "in a batch");
                break;
            default:
                if (await _app.Cache.GetAsync(Key(i), token) is { } single)
                    Assert.That(single.AsSpan().SequenceEqual(Value(i)), Is.True);
                break;
        }
    }

    private async Task<bool> IsStoredAsync(int i)
    {
        try
        {
            if (await _app.Cache.GetAsync(Key(i)) is { } value)
                return value.AsSpan().SequenceEqual(Value(i)) ? true : throw new AssertionException("Another key's value.");
            await _app.Cache.SetAsync(Key(i), Value(i), new());
            return false;
        }
        catch (NodeException)
        {
            return false;
        }
    }

    private async Task<int> ConnectionsAsync() =>
        int.Parse(TotalConnections.Match(await _server.ExecuteAsync("stats")).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    private static string Key(int i) => $"key-{i % Keys}";

    // Of a few bytes, or of more than one segment of a socket's.
    private static byte[] Value(int i) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"{i % Keys:000}|", 1 + (i % 7 * 300))));
}
