using CacheRing.Nodes;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>The contract of nodes over a redis-server, and what only Redis can.</summary>
[TestFixture]
internal sealed class RedisNodeTests() : NodeContractTests(RedisBackend.StartAsync)
{
    private RedisServer Server => ((RedisBackend)Backend).Servers[0];

    [Test]
    public async Task A_restarted_server_is_another_process_on_another_connection_though_it_has_the_old_record()
    {
        await Node.ReplaceAsync("cr:gen", null, [1], default);
        NodeGreeting before = await Node.GreetAsync("cr:gen", default);
        await Server.SaveAsync();
        await Server.RestartAsync(keepData: true);
        NodeGreeting after = await Restarted.GreetAsync(Node);
        Assert.That(after.Record, Is.EqualTo([1]));
        Assert.That(after.Process.IsSameAs(before.Process), Is.False);
        Assert.That(after.Epoch, Is.GreaterThan(before.Epoch));
    }

    [Test]
    public async Task A_record_is_replaced_on_a_full_server_that_refuses_writes()
    {
        await Node.ReplaceAsync("cr:gen", null, [1], default);
        await Server.ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
        await Server.ExecuteAsync("CONFIG", "SET", "maxmemory", "1mb");
        Assert.That(await Node.ReplaceAsync("cr:gen", [1], [2], default), Is.EqualTo([2]));
    }

    [Test]
    public async Task A_connection_is_ended_by_another_of_the_same_client()
    {
        await using ICacheNode old = NewNode();
        NodeGreeting greeting = await old.GreetAsync("cr:gen", default);
        Assert.That(greeting.ConnectionId, Is.Not.Null);
        Assert.That(await Node.EndConnectionAsync(greeting.ConnectionId!.Value, default), Is.True);
        Assert.That(await Node.EndConnectionAsync(greeting.ConnectionId.Value, default), Is.True, "ended already is as good");
        await Poll.UntilAsync(() => old.Epoch > greeting.Epoch, "the old connection to be replaced");
    }
}

/// <summary>The contract of nodes over a Garnet server.</summary>
[TestFixture]
internal sealed class GarnetNodeTests() : NodeContractTests(GarnetBackend.StartAsync);

/// <summary>The contract of nodes over memcached.</summary>
[TestFixture]
internal sealed class MemcachedNodeTests() : NodeContractTests(MemcachedBackend.StartAsync)
{
    [Test]
    public async Task A_restarted_server_is_another_process_on_another_connection_and_empty()
    {
        await Node.ReplaceAsync("cr:gen", null, [1], default);
        NodeGreeting before = await Node.GreetAsync("cr:gen", default);
        await ((MemcachedBackend)Backend).Servers[0].RestartAsync();
        NodeGreeting after = await Restarted.GreetAsync(Node);
        Assert.That(after.Record, Is.Null);
        Assert.That(after.Process.IsSameAs(before.Process), Is.False);
        Assert.That(after.Epoch, Is.GreaterThan(before.Epoch));
    }

    [Test]
    public async Task A_connection_cannot_be_ended_from_outside() => Assert.That(await Node.EndConnectionAsync(1, default), Is.False);
}

/// <summary>The contract of nodes inside the process.</summary>
[TestFixture]
internal sealed class MemoryNodeTests() : NodeContractTests(MemoryBackend.StartAsync);

/// <summary>A node behind which the server was restarted.</summary>
internal static class Restarted
{
    public static async Task<NodeGreeting> GreetAsync(ICacheNode node)
    {
        NodeGreeting? greeting = null;
        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    greeting = await node.GreetAsync("cr:gen", default);
                    return true;
                }
                catch (NodeException)
                {
                    return false;
                }
            },
            "the restarted server to answer");
        return greeting!;
    }
}
