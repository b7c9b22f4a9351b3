using System.Net;
using CacheRing.IntegrationTests.History;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Failover;

/// <summary>
/// A managed failover: the address leads to another server, and the earlier one lives on and keeps its connections. The address is a
/// forwarder's, whose new connections go to the new server, as those of a name do whose entry was changed.
/// </summary>
[TestFixture]
public sealed class DemotionTests
{
    private RedisServer _first = null!;
    private RedisServer _second = null!;
    private Forwarder _address = null!;
    private string _endpoint = "";

    [SetUp]
    public async Task StartAsync()
    {
        _first = await RedisServer.StartAsync();
        _second = await RedisServer.StartAsync(new() { ReplicaOf = _first });
        int port = FreePort.Next();
        _address = new Forwarder(new IPEndPoint(IPAddress.Loopback, port), _first.Port);
        _endpoint = $"redis://127.0.0.1:{port}";
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _address.DisposeAsync();
        await _second.DisposeAsync();
        await _first.DisposeAsync();
    }

    [Test]
    public async Task A_primary_that_is_demoted_in_place_is_left_for_the_new_one_at_the_first_refused_write()
    {
        await using CacheUnderTest app = CacheUnderTest.Over([_endpoint]);
        await app.SettledAsync();
        await app.Cache.SetAsync("before", [1], new());

        await _second.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await _first.ExecuteAsync("REPLICAOF", "127.0.0.1", $"{_second.Port}");
        _address.Port = _second.Port;

        await Poll.UntilAsync(
            async () =>
            {
                await app.Cache.SetAsync("after", [2], new());
                return await _second.ExecuteAsync("EXISTS", "after") == "1" && await app.Cache.GetAsync("after") is [2];
            },
            "the new primary to be used");
        Assert.That(app.Logged(7), Has.Length.EqualTo(1).And.All.Contains("read-only replica"));
    }

    [Test]
    public async Task A_server_that_answers_every_probe_with_a_refusal_is_looked_for_at_its_address_again()
    {
        await using CacheUnderTest app = CacheUnderTest.Over([_endpoint]);
        await app.SettledAsync();
        await _second.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await _first.ExecuteAsync("ACL", "SETUSER", "default", "-info", "-get", "-set");
        _address.Port = _second.Port;

        await Poll.UntilAsync(
            async () =>
            {
                await app.Cache.SetAsync("after", [2], new());
                return await app.Cache.GetAsync("after") is [2];
            },
            "the new server to be used");
        Assert.That(await _second.ExecuteAsync("EXISTS", "after"), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_replica_is_out_and_stays_out_though_it_answers_reads()
    {
        _address.Port = _second.Port;
        await using CacheUnderTest app = CacheUnderTest.Over([_endpoint]);

        // It copies the record of a generation too.
        await using (CacheUnderTest primary = CacheUnderTest.Over([_first.Endpoint]))
            await primary.SettledAsync();
        await Poll.UntilAsync(() => app.Logged(7).Length > 0, "the replica to be given up");
        int connections = _address.Connections;
        await Poll.UntilAsync(() => _address.Connections >= connections + 3, "its address to be tried again");
        Assert.That(app.Logged(8), Is.Empty);
        Assert.That(app.Cache.GetNodes()[0].LastFailure!.Kind, Is.EqualTo(NodeFailureKind.ReadOnly));
    }

    [Test]
    public async Task A_server_that_is_busy_for_long_is_called_busy_on_each_connection_that_is_made_to_it()
    {
        await using CacheUnderTest app = CacheUnderTest.Over([_endpoint]);
        await app.SettledAsync();
        await _first.ExecuteAsync("CONFIG", "SET", "busy-reply-threshold", "1");
        Task<string> script = _first.ExecuteAsync("EVAL", "while true do end", "0");
        await app.EjectedAsync(0, "a");
        int connections = _address.Connections;
        HashSet<NodeFailureKind> kinds = [];
        await Poll.UntilAsync(
            () =>
            {
                if (app.Cache.GetNodes()[0].LastFailure is { } failure)
                    kinds.Add(failure.Kind);
                return _address.Connections >= connections + 3;
            },
            "the server to be connected to again");
        Assert.That(kinds, Is.EquivalentTo([NodeFailureKind.Busy]));
        await _first.ExecuteAsync("SCRIPT", "KILL");
        Assert.That(async () => await script, Throws.InstanceOf<RedisErrorException>());
        await app.SettledAsync();
    }
}
