using CacheRing.DependencyInjection;
using CacheRing.Ring;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CacheRing.UnitTests.DependencyInjection;

/// <summary>What the options of Memcached nodes may be. Nothing of it needs a server.</summary>
[TestFixture]
internal sealed class MemcachedOptionTests
{
    private const string Secret = "s3cr3t-canary";

    [TestCase("memcached://host")]
    [TestCase("memcached://host:11212")]
    [TestCase("memcached://host:11212/")]
    [TestCase("MEMCACHED://host")]
    [TestCase("memcached://[::1]:11211")]
    [TestCase("memcached://user:p%40ss%2Fword@host")]
    [TestCase("memcacheds://cache.example.com:11213")]
    [TestCase("memcacheds://user:password@cache.example.com")]
    public void These_endpoints_are_accepted(string endpoint) => Assert.That(Making(endpoint), Throws.Nothing);

    [TestCase("memcached://host/0", "has a database number, which Memcached does not know")]
    [TestCase("memcacheds://host/1", "has a database number, which Memcached does not know")]
    [TestCase("memcached://" + Secret + ":@host", "has a user or a password alone", "memcached://user:password@host:port")]
    [TestCase("memcached://:" + Secret + "@host", "has a user or a password alone", "memcached://user:password@host:port")]
    [TestCase("memcached://" + Secret + "@host", "a user without a password")]
    [TestCase("memcached://shop:two%20words-" + Secret + "@host", "has a space in the user or the password", "Choose another in the server's -Y file")]
    [TestCase("memcached://a%20shop:" + Secret + "@host", "has a space in the user or the password")]
    [TestCase("memcached://", "names no host")]
    [TestCase("memcached://host:0", "its port is 0")]
    [TestCase("memcache://host", "unknown scheme 'memcache'", "memcached://", "memcacheds://")]
    public void These_are_refused_with_the_way_out_and_without_what_may_be_a_secret(string endpoint, params string[] parts)
    {
        string message = Assert.Throws<OptionsValidationException>(Making(endpoint))!.ToString();
        foreach (string part in parts)
            Assert.That(message, Does.Contain(part));
        Assert.That(message, Does.Contain("Nodes[0] ('a').Endpoint").And.Not.Contain(Secret));
    }

    [Test]
    public void Plain_and_encrypted_nodes_are_of_one_kind() =>
        Assert.That(Making("memcached://a", null, "memcacheds://b"), Throws.Nothing);

    [TestCase("redis://b", "Redis, Memcached")]
    [TestCase("memory://", "Memcached, Memory")]
    public void Kinds_are_not_mixed(string other, string kinds) =>
        Assert.That(
            Making("memcached://a", null, other),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains($"Nodes are of several kinds ({kinds})").And.Message.Contains("AddKeyedShardedCache"));

    [Test]
    public void The_raw_format_and_a_jump_ring_are_for_them_too() =>
        Assert.That(
            Making("memcached://a", static node => node.Slot = 0, configure: static options => options.EntryFormat = EntryFormat.Raw), Throws.Nothing);

    [TestCase("memcached://host", "host")]
    [TestCase("memcached://host:11211", "host")]
    [TestCase("memcacheds://host", "host")]
    [TestCase("memcached://host:11212", "host:11212")]
    [TestCase("redis://host", "host:6379")]
    public void A_libmemcached_ring_knows_a_server_as_that_client_does(string endpoint, string label)
    {
        ShardedCacheOptions options = new() { Nodes = [new NodeOptions { Name = "a", Endpoint = endpoint }] };
        options.Ring.Ketama = KetamaFlavor.Libmemcached;
        RingMember[] members = RingMembers.Of(options);
        Assert.That(members.Select(static member => member.Label), Is.EqualTo([label]));
    }

    [TestCase(KetamaFlavor.Twemproxy, "shard-1", "shard-1")]
    [TestCase(KetamaFlavor.Twemproxy, "shard:01", "shard:01")]
    [TestCase(KetamaFlavor.Twemproxy, "10.0.0.1:11211", "10.0.0.1")]
    [TestCase(KetamaFlavor.Twemproxy, "10.0.0.1:6379", "10.0.0.1:6379")]
    [TestCase(KetamaFlavor.Uhashring, "10.0.0.1:11211", "10.0.0.1:11211")]
    [TestCase(KetamaFlavor.Libketama, "10.0.0.1:11211", "10.0.0.1:11211")]
    [TestCase(KetamaFlavor.Libketama, "a", "host:11212")]
    [TestCase(KetamaFlavor.Libmemcached, "fd00::1", "host:11212")]
    [TestCase(KetamaFlavor.Libmemcached, "[fd00::1]:11211", "[fd00::1]")]
    public void A_foreign_ring_knows_a_node_by_what_that_client_hashes(KetamaFlavor flavor, string name, string label)
    {
        ShardedCacheOptions options = new() { Nodes = [new NodeOptions { Name = name, Endpoint = "memcached://host:11212" }] };
        options.Ring.Ketama = flavor;
        Assert.That(RingMembers.Of(options).Single().Label, Is.EqualTo(label));
    }

    [Test]
    public void A_retired_node_may_be_the_same_server_as_its_replacement() =>
        Assert.That(
            Making("memcached://h", static node => node.State = NodeState.Retired, "memcached://h", static options => options.Ring.Ketama = KetamaFlavor.Libmemcached),
            Throws.Nothing);

    [Test]
    public void To_a_libmemcached_ring_the_default_port_is_the_same_server_as_none() =>
        Assert.That(
            Making("memcached://h", null, "memcached://h:11211", static options => options.Ring.Ketama = KetamaFlavor.Libmemcached),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("'a' and 'b' are the same server"));

    private static Action Making(
        string endpoint, Action<NodeOptions>? change = null, string? other = null, Action<ShardedCacheOptions>? configure = null) => () =>
    {
        using ServiceProvider services = Caches.Services(options =>
        {
            NodeOptions node = new() { Name = "a", Endpoint = endpoint };
            change?.Invoke(node);
            options.Nodes.Add(node);
            if (other is not null)
                options.Nodes.Add(new NodeOptions { Name = "b", Endpoint = other });
            configure?.Invoke(options);
        });
        services.Cache();
    };
}
