using System.Net;
using System.Net.Sockets;
using CacheRing.IntegrationTests.Contract;
using CacheRing.Memcached;
using CacheRing.Nodes;
using CacheRing.Redis;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Failover;

/// <summary>A name may lead to several addresses, some of which answer nothing, and its resolver may hang.</summary>
[TestFixture]
public sealed class AddressTests
{
    private static readonly NodeTimings Timings = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100));

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_node_whose_first_address_answers_nothing_is_reached_at_the_second(bool isRedis)
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using MemcachedServer memcached = await MemcachedServer.StartAsync();
        int port = isRedis ? redis.Port : memcached.Port;
        using SilentAddress silent = new(port);
        HostNames names = new(_ => Task.FromResult<IPAddress[]>([silent.Address, IPAddress.Loopback]), TimeProvider.System);
        await using ICacheNode node = isRedis ? Redis(port, names) : Memcached(port, names);
        node.Start(new NodeUnderTest.Unconcerned());

        await Poll.UntilAsync(() => node.IsConnected, "the node to be connected");
        Assert.That((await node.GreetAsync("cr:gen", default)).Process.Id, Is.Not.Empty);
    }

    [TestCase("redis")]
    [TestCase("memcached")]
    public async Task A_name_where_nobody_listens_is_told_at_once(string scheme)
    {
        await using CacheUnderTest app = CacheUnderTest.Over([$"{scheme}://localhost:{FreePort.Next()}"], static options => options.Failover.ConnectTimeout = TimeSpan.FromSeconds(30));
        await Poll.UntilAsync(() => app.Logged(7).Length > 0, "the node to be put out of service", TimeSpan.FromSeconds(10));
        Assert.That(app.Logged(7)[0], Does.Contain("cannot be reached"));
    }

    [Test]
    public async Task A_resolver_that_hangs_is_asked_once_and_its_last_answer_serves_meanwhile()
    {
        int asked = 0;
        TaskCompletionSource<IPAddress[]> hanging = new();
        HostNames names = new(_ => Interlocked.Increment(ref asked) == 1 ? Task.FromResult<IPAddress[]>([IPAddress.Loopback]) : hanging.Task, TimeProvider.System);
        Assert.That(await names.FindAsync("cache-1", default), Is.EqualTo([IPAddress.Loopback]));

        IPAddress[][] found = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => names.FindAsync("cache-1", default))).WaitAsync(Poll.DefaultDeadline);
        Assert.That(found, Has.All.EqualTo((IPAddress[])[IPAddress.Loopback]));
        Assert.That(asked, Is.EqualTo(2), "one look-up at a time");
        hanging.SetResult([IPAddress.IPv6Loopback]);
        await Poll.UntilAsync(async () => (await names.FindAsync("cache-1", default))[0].Equals(IPAddress.IPv6Loopback), "the new answer to be used");
    }

    [Test]
    public async Task A_resolver_that_fails_does_not_take_away_what_it_has_said()
    {
        int asked = 0;
        HostNames names = new(
            _ => Interlocked.Increment(ref asked) == 1
                ? Task.FromResult<IPAddress[]>([IPAddress.Loopback])
                : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.TryAgain)),
            TimeProvider.System);
        Assert.That(await names.FindAsync("cache-1", default), Is.EqualTo([IPAddress.Loopback]));
        Assert.That(await names.FindAsync("cache-1", default), Is.EqualTo([IPAddress.Loopback]));
        Assert.That(asked, Is.EqualTo(2));
    }

    [Test]
    public void A_name_that_was_never_known_is_an_error()
    {
        HostNames names = new(static _ => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)), TimeProvider.System);
        Assert.That(async () => await names.FindAsync("cache-1", default), Throws.InstanceOf<SocketException>());
    }

    [Test]
    public void Families_take_turns_and_the_resolvers_first_begins()
    {
        IPAddress[] four = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2")];
        IPAddress[] six = [IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8::2")];
        Assert.That(AddressRace.InTurn([.. six, .. four]), Is.EqualTo([six[0], four[0], six[1], four[1]]));
        Assert.That(AddressRace.InTurn([.. four, six[0]]), Is.EqualTo([four[0], six[0], four[1]]));
    }

    [Test]
    public async Task When_no_address_takes_a_connection_the_first_ones_error_is_told()
    {
        int port = FreePort.Next();
        SocketException error = (await Assert.ThrowsAsync<SocketException>(
            () => AddressRace.ConnectAsync([IPAddress.Loopback, IPAddress.Parse("127.0.0.2")], port, TimeProvider.System, default)))!;
        Assert.That(error.SocketErrorCode, Is.EqualTo(SocketError.ConnectionRefused));
    }

    private static RedisNode Redis(int port, HostNames names)
    {
        Assert.That(NodeEndpoint.TryParse(FormattableString.Invariant($"redis://cache-1:{port}"), out NodeEndpoint? endpoint, out _), Is.True);
        return new RedisNode(new RedisNodeSettings("n", "", Timings) { Configuration = RedisConfiguration.Of(endpoint!, Timings), Names = names }, TimeProvider.System);
    }

    private static MemcachedNode Memcached(int port, HostNames names)
    {
        Assert.That(NodeEndpoint.TryParse(FormattableString.Invariant($"memcached://cache-1:{port}"), out NodeEndpoint? endpoint, out _), Is.True);
        return new MemcachedNode(new MemcachedSettings("n", "", endpoint!, Timings) { Names = names }, TimeProvider.System);
    }

    /// <summary>An address on which nobody answers an attempt to connect: its queue of connections is full.</summary>
    private sealed class SilentAddress : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _waiting = [];

        public SilentAddress(int port)
        {
            _listener.Bind(new IPEndPoint(Address, port));
            _listener.Listen(0);
            for (int i = 0; i < 4; i++)
            {
                Socket waiting = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                _waiting.Add(waiting);
                try
                {
                    waiting.Connect(new IPEndPoint(Address, port));
                }
                catch (SocketException)
                {
                    // It is under way.
                }
            }
        }

        public IPAddress Address { get; } = IPAddress.Parse("127.0.0.3");

        public void Dispose()
        {
            _waiting.ForEach(static socket => socket.Dispose());
            _listener.Dispose();
        }
    }
}
