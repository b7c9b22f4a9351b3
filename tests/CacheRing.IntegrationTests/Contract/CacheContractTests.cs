using System.Buffers;
using CacheRing.DependencyInjection;
using CacheRing.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>What a user may rely on whatever the servers are.</summary>
public abstract partial class CacheContractTests
{
    private const string Instance = "contract:";
    private readonly Func<Task<IBackend>> _start;
    private ServiceProvider _services = null!;
    private int _keys;

    protected CacheContractTests(Func<Task<IBackend>> start)
    {
        _start = start;
    }

    protected IBackend Backend { get; private set; } = null!;

    protected IShardedCache Cache { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Backend = await _start();
        _services = new ServiceCollection()
            .AddShardedCache(options =>
            {
                options.InstanceName = Instance;
                for (int i = 0; i < Backend.Endpoints.Count; i++)
                    options.Nodes.Add(new NodeOptions { Name = $"node-{i}", Endpoint = Backend.Endpoints[i] });

                // Slow on a busy build machine is not down.
                options.Failover.OperationTimeout = TimeSpan.FromSeconds(10);
                options.Failover.ConnectTimeout = TimeSpan.FromSeconds(10);
                options.Failover.OnReadFailure = ReadFailureBehavior.Throw;
            })
            .Services.BuildServiceProvider();
        Cache = _services.GetRequiredService<IShardedCache>();
        SpareMilliseconds = 2 * (long)NodeFactory.TraitsOf(NodeFactory.KindOf(new Uri(Backend.Endpoints[0]).Scheme)!.Value).ExpiryResolution.TotalMilliseconds;
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        // Neither is there where the servers cannot be started and the tests are skipped.
        if (_services is not null)
            await _services.DisposeAsync();
        if (Backend is not null)
            await Backend.DisposeAsync();
    }

    [Test]
    public async Task A_key_that_was_never_set_is_null()
    {
        Assert.That(await Cache.GetAsync(NewKey()), Is.Null);
        Assert.That(Cache.Get(NewKey()), Is.Null);
        Assert.That(await Cache.TryGetAsync(NewKey(), new ArrayBufferWriter<byte>()), Is.False);
        Assert.That(Cache.TryGet(NewKey(), new ArrayBufferWriter<byte>()), Is.False);
    }

    [Test]
    public async Task What_is_set_is_read_back_the_asynchronous_way()
    {
        string key = NewKey();
        await Cache.SetAsync(key, [1, 2, 3], new());
        Assert.That(await Cache.GetAsync(key), Is.EqualTo([1, 2, 3]));
        await Cache.RemoveAsync(key);
        Assert.That(await Cache.GetAsync(key), Is.Null);
    }

    [Test]
    public void What_is_set_is_read_back_the_synchronous_way()
    {
        string key = NewKey();
        Cache.Set(key, [1, 2, 3], new());
        Assert.That(Cache.Get(key), Is.EqualTo([1, 2, 3]));
        Cache.Refresh(key);
        Cache.Remove(key);
        Assert.That(Cache.Get(key), Is.Null);
    }

    [Test]
    public async Task Buffers_of_several_segments_are_stored_whole_and_read_into_a_buffer()
    {
        string key = NewKey();
        await Cache.SetAsync(key, Segments([1, 2], [], [3], [4, 5, 6]), new());
        ArrayBufferWriter<byte> buffer = new();
        buffer.Write((ReadOnlySpan<byte>)[0]);
        Assert.That(await Cache.TryGetAsync(key, buffer), Is.True);
        Assert.That(buffer.WrittenSpan.ToArray(), Is.EqualTo([0, 1, 2, 3, 4, 5, 6]), "appended to what was there");

        Cache.Set(key, Segments([7], [8]), new());
        buffer.Clear();
        Assert.That(Cache.TryGet(key, buffer), Is.True);
        Assert.That(buffer.WrittenSpan.ToArray(), Is.EqualTo([7, 8]));
    }

    [Test]
    public async Task A_set_overwrites()
    {
        string key = NewKey();
        await Cache.SetAsync(key, [1], new());
        await Cache.SetAsync(key, [2], new());
        Assert.That(await Cache.GetAsync(key), Is.EqualTo([2]));
    }

    [Test]
    public async Task An_empty_value_is_a_value()
    {
        string key = NewKey();
        await Cache.SetAsync(key, [], new());
        Assert.That(await Cache.GetAsync(key), Is.Empty.And.Not.Null);
        Assert.That(await Cache.TryGetAsync(key, new ArrayBufferWriter<byte>()), Is.True);
    }

    [TestCase(1)]
    [TestCase(1_000)]
    [TestCase(70_000)]
    [TestCase(5_000_000)]
    public async Task Values_of_any_size_come_back_byte_for_byte(int length)
    {
        string key = NewKey();
        byte[] value = new byte[length];
        new Random(length).NextBytes(value);
        await Cache.SetAsync(key, value, new());
        Assert.That(await Cache.GetAsync(key), Is.EqualTo(value).AsCollection);
    }

    [TestCase(" ")]
    [TestCase("with spaces and\ttabs")]
    [TestCase("line\r\nbreaks\r\nDEL *\r\n")]
    [TestCase("zero\0byte")]
    [TestCase("ключ-鍵-🔑")]
    [TestCase("{tag}:*?[a-z]")]
    [TestCase("key")]
    [TestCase("KEY")]
    public async Task Any_text_is_a_key_of_its_own(string text)
    {
        string[] all = [" ", "with spaces and\ttabs", "line\r\nbreaks\r\nDEL *\r\n", "zero\0byte", "ключ-鍵-🔑", "{tag}:*?[a-z]", "key", "KEY"];
        string prefix = NewKey();
        for (byte i = 0; i < all.Length; i++)
            await Cache.SetAsync(prefix + all[i], [i], new());
        Assert.That(await Cache.GetAsync(prefix + text), Is.EqualTo(new[] { (byte)Array.IndexOf(all, text) }));
    }

    [Test]
    public async Task The_longest_key_works()
    {
        string key = NewKey().PadRight(1024, 'x');
        await Cache.SetAsync(key, [1], new());
        Assert.That(await Cache.GetAsync(key), Is.EqualTo([1]));
    }

    [Test]
    public async Task Removing_and_refreshing_what_is_not_there_is_no_error()
    {
        await Cache.RemoveAsync(NewKey());
        await Cache.RefreshAsync(NewKey());
        Cache.Remove(NewKey());
        Cache.Refresh(NewKey());
        Assert.That(await Cache.GetAsync(NewKey()), Is.Null);
    }

    [Test]
    public async Task Keys_are_spread_over_all_nodes_and_each_is_found_again()
    {
        string prefix = NewKey();
        for (int i = 0; i < 100; i++)
            await Cache.SetAsync($"{prefix}{i}", BitConverter.GetBytes(i), new());
        HashSet<string> owners = [];
        for (int i = 0; i < 100; i++)
        {
            Assert.That(await Cache.GetAsync($"{prefix}{i}"), Is.EqualTo(BitConverter.GetBytes(i)));
            owners.Add(Cache.Locate($"{prefix}{i}").Owner);
        }

        Assert.That(owners, Is.EquivalentTo(["node-0", "node-1", "node-2"]));
    }

    [Test]
    public async Task An_entry_is_gone_after_its_absolute_expiration()
    {
        string key = NewKey();
        await Cache.SetAsync(key, [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(300) });
        await Poll.UntilAsync(async () => await Cache.GetAsync(key) is null, "the entry to expire");
    }

    [Test]
    public async Task A_sliding_entry_is_gone_when_nobody_reads_it()
    {
        string key = NewKey();
        await Cache.SetAsync(key, [1], new() { SlidingExpiration = TimeSpan.FromMilliseconds(300) });
        await Poll.UntilAsync(() => IsGoneUnreadAsync(key), "the entry to expire");
    }

    /// <summary>Whether the entry has died, seen without prolonging its life.</summary>
    protected virtual async Task<bool> IsGoneUnreadAsync(string key) => await Backend.TimeLeftAsync(NodeOf(key), Instance + key) == -2;

    /// <summary>How much longer than asked for the server may keep an entry, as the transport declares.</summary>
    protected long SpareMilliseconds { get; private set; }

    protected string NewKey() => $"k{Interlocked.Increment(ref _keys)}:";

    protected int NodeOf(string key) => Cache.Locate(key).Owner[^1] - '0';

    private static ReadOnlySequence<byte> Segments(params byte[][] parts)
    {
        Segment first = new(parts[0], 0);
        Segment last = first;
        foreach (byte[] part in parts.Skip(1))
            last = last.Append(part);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, long index)
        {
            Memory = bytes;
            RunningIndex = index;
        }

        public Segment Append(byte[] bytes)
        {
            Segment next = new(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
