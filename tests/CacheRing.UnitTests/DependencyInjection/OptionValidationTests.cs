using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CacheRing.UnitTests.DependencyInjection;

/// <summary>A fault in the options stops the app at its start, with a message that names the option and the remedy.</summary>
[TestFixture]
internal sealed class OptionValidationTests
{
    private const string Secret = "s3cr3t-canary";

    public static readonly TestCaseData[] Faults =
    [
        Fault("no nodes", static o => o.Nodes.Clear(), "ShardedCache: Nodes is empty. Add at least one node"),
        Fault("nodes null", static o => o.Nodes = null!, "Nodes is empty"),
        Fault("a null node", static o => o.Nodes.Add(null!), "Nodes has an element that is null"),
        Fault("empty name", static o => o.Nodes[1].Name = " ", "Nodes[1].Name is empty. Give each node a name"),
        Fault("duplicate name", static o => o.Nodes[1].Name = "a", "Nodes[1].Name is 'a', as another node's", "choose another"),
        Fault("no address", static o => o.Nodes[0].Endpoint = "", "Nodes[0] ('a') has no Endpoint. Give one such as redis://host:6379"),
        Fault("two addresses", static o => o.Nodes[0].Configuration = "localhost", "Nodes[0] ('a') has more than one of Endpoint, Configuration"),
        Fault("no scheme", static o => o.Nodes[0].Endpoint = "localhost:6379", "Nodes[0] ('a').Endpoint cannot be used: it is not of the form scheme://host:port"),
        Fault("unknown scheme", static o => o.Nodes[0].Endpoint = "http://localhost", "unknown scheme 'http'. Use one of redis://, rediss://"),
        Fault("no host", static o => o.Nodes[0].Endpoint = "redis:///1", "Nodes[0] ('a').Endpoint names no host"),
        Fault("bad port", static o => o.Nodes[0].Endpoint = "redis://host:70000", "Nodes[0] ('a').Endpoint cannot be used"),
        Fault("bad database", static o => o.Nodes[0].Endpoint = "redis://host/x", "is not a database number"),
        Fault("query", static o => o.Nodes[0].Endpoint = "redis://host?ssl=true", "use Configuration instead"),
        Fault("user without password", static o => o.Nodes[0].Endpoint = $"redis://{Secret}@host", "a user without a password"),
        Fault("unescaped password", static o => o.Nodes[0].Endpoint = $"redis://u:{Secret}/#@host", "Nodes[0] ('a').Endpoint"),
        Fault("bad configuration", static o => (o.Nodes[0].Endpoint, o.Nodes[0].Configuration) = ("", $"host,connectTimeout={Secret}"), "Nodes[0] ('a').Configuration cannot be used"),
        Fault("two endpoints in one configuration", static o => (o.Nodes[0].Endpoint, o.Nodes[0].Configuration) = ("", "a:1,b:2"), "it names 2 endpoints"),
        Fault("a URL as configuration", static o => (o.Nodes[0].Endpoint, o.Nodes[0].Configuration) = ("", $"redis://:{Secret}@127.0.0.1:1"), "Nodes[0] ('a').Configuration cannot be used", "belongs into Endpoint"),
        Fault("a tunnel that is no URL", static o => (o.Nodes[0].Endpoint, o.Nodes[0].Configuration) = ("", "a:1,tunnel=abc"), "Nodes[0] ('a').Configuration cannot be used"),
        Fault("a comma in a password", static o => (o.Nodes[0].Endpoint, o.Nodes[0].Configuration) = ("", $"host:1,password=pw,{Secret}"), "A comma ends the password", "use Endpoint instead, with %2C"),
        Fault("a comma and an equals sign in a password", static o => (o.Nodes[0].Endpoint, o.Nodes[0].Configuration) = ("", $"host:1,password=pw,{Secret}=x,ssl=true"), "A comma ends the password"),
        Fault("a Unix socket as an endpoint", static o => o.Nodes[0].Endpoint = "unix:///var/run/redis.sock", "Nodes[0] ('a').Endpoint is a Unix socket", "Configuration = \"!/path/to/redis.sock\""),
        Fault("two nodes at one address", static o => (o.Nodes[0].Endpoint, o.Nodes[1].Endpoint) = ("redis://host", "rediss://u:pw@HOST:6379/0"), "Nodes 'a' and 'b' have the same address"),
        Fault("two nodes at one address, one in a configuration", static o => (o.Nodes[0].Endpoint, o.Nodes[1].Endpoint, o.Nodes[1].Configuration) = ("redis://host:1", "", "host:1,ssl=true"), "Nodes 'a' and 'b' have the same address"),
        Fault("Sentinel", static o => (o.Nodes[0].Endpoint, o.Nodes[0].Configuration) = ("", "host:26379,serviceName=mymaster"), "Nodes[0] ('a').Configuration cannot be used", "Sentinel is not supported", "the address of the primary itself"),
        Fault("port 0", static o => o.Nodes[0].Endpoint = "redis://host:0", "its port is 0"),
        Fault("malformed name", static o => o.Nodes[1].Name = "\ud83d", "Nodes[1].Name is not well-formed"),
        Fault("one server twice for libmemcached", static o => (o.Ring.Ketama, o.Nodes[0].Endpoint, o.Nodes[1].Endpoint) = (KetamaFlavor.Libmemcached, "redis://h:1/0", "redis://h:1/1"), "'a' and 'b' are the same server to the flavour Libmemcached"),
        Fault("Redis and Memcached in one ring", static o => (o.Nodes[0].Endpoint, o.Nodes[1].Endpoint) = ("redis://host", "memcached://host"), "Nodes are of several kinds (Redis, Memcached)", "AddKeyedShardedCache"),
        Fault("memory and Redis in one ring", static o => (o.Nodes[0].Endpoint, o.Nodes[1].Endpoint) = ("redis://host", "memory://"), "Nodes are of several kinds (Redis, Memory)"),
        Fault("Memcached and a Redis configuration", static o => (o.Nodes[0].Endpoint, o.Nodes[0].Configuration, o.Nodes[1].Endpoint) = ("", "host", "memcacheds://host"), "Nodes are of several kinds (Redis, Memcached)"),
        Fault("Memcached with a database", static o => o.Nodes[0].Endpoint = "memcached://host/1", "Nodes[0] ('a').Endpoint has a database number, which Memcached does not know"),
        Fault("Memcached with a password alone", static o => o.Nodes[0].Endpoint = $"memcached://:{Secret}@host", "Nodes[0] ('a').Endpoint has a user or a password alone"),
        Fault("weight 0", static o => o.Nodes[0].Weight = 0, "Nodes[0] ('a').Weight is 0. Give 1 to 100"),
        Fault("weight with jump", static o => (o.Nodes[0].Slot, o.Nodes[1].Slot, o.Nodes[1].Weight) = (0, 1, 2), "Nodes[1] ('b').Weight is 2, but a jump ring has no weights", "Ketama"),
        Fault("slots on some", static o => o.Nodes[0].Slot = 0, "Nodes[1] ('b').Slot is missing"),
        Fault("slot twice", static o => (o.Nodes[0].Slot, o.Nodes[1].Slot) = (3, 3), "Nodes[1] ('b').Slot is 3, as another node's"),
        Fault("slot below 0", static o => (o.Nodes[0].Slot, o.Nodes[1].Slot) = (0, -1), "Nodes[1] ('b').Slot is -1. Give 0 to 65535"),
        Fault("jump without slots", static o => o.Ring.Algorithm = RingAlgorithm.Jump, "Nodes[0] ('a').Slot is missing"),
        Fault("ketama with slots", static o => (o.Ring.Algorithm, o.Nodes[0].Slot, o.Nodes[1].Slot) = (RingAlgorithm.Ketama, 0, 1), "Ring.Algorithm is Ketama, but nodes have slots"),
        Fault("key hash of another flavour", static o => o.Ring.KeyHash = KeyHash.Md5, "Ring.KeyHash is Md5, but the flavour CacheRing hashes keys with XxHash64"),
        Fault("key hash that twemproxy does not have", static o => (o.Ring.Ketama, o.Ring.KeyHash) = (KetamaFlavor.Twemproxy, KeyHash.XxHash64), "the flavour Twemproxy hashes keys with TwemproxyFnv1a64 or Md5"),
        Fault("no IP address for spymemcached", static o => (o.Ring.Ketama, o.Nodes[0].Endpoint) = (KetamaFlavor.Spymemcached, "redis://cache-1"), "'a' is 'cache-1:6379' to the flavour Spymemcached", "ip:port or host/ip:port", "RingLabel"),
        Fault("an address of IPv6 for spymemcached", static o => (o.Ring.Ketama, o.Nodes[0].Name) = (KetamaFlavor.Spymemcached, "[::1]:11211"), "'[::1]:11211' is '[::1]:11211' to the flavour Spymemcached"),
        Fault("no address for libmemcached", static o => (o.Ring.Ketama, o.Nodes[0].Endpoint, o.Nodes[0].Configuration) = (KetamaFlavor.Libmemcached, "", "10.0.0.1:6379"), "'a' has no address by which the flavour Libmemcached would know it", "RingLabel"),
        Fault("an address too long for libketama", static o => (o.Ring.Ketama, o.Nodes[0].Endpoint) = (KetamaFlavor.Libketama, "redis://cache-1.example.internal:6379"), "'a' is 'cache-1.example.internal:6379' to the flavour Libketama, which holds 22 characters"),
        Fault("one label twice", static o => (o.Ring.Ketama, o.Nodes[0].RingLabel, o.Nodes[1].RingLabel) = (KetamaFlavor.Uhashring, "x", "x"), "'a' and 'b' are the same server to the flavour Uhashring, which knows a node by its name"),
        Fault("a blank label", static o => o.Nodes[0].RingLabel = " ", "Nodes[0] ('a').RingLabel is blank"),
        Fault("no such algorithm", static o => o.Ring.Algorithm = (RingAlgorithm)9, "Ring has an Algorithm"),
        Fault("all retired", static o => o.Nodes[0].State = o.Nodes[1].State = NodeState.Retired, "Nodes are all Retired. Leave at least one Active"),
        Fault("no such state", static o => o.Nodes[0].State = (NodeState)7, "Nodes[0] ('a').State is 7"),
        Fault("key limit", static o => o.MaxKeyBytes = 0, "MaxKeyBytes is 0. Give 1 to 65536"),
        Fault("value limit", static o => o.MaxValueBytes = -1, "MaxValueBytes is -1"),
        Fault("default expiration", static o => o.DefaultExpiration = TimeSpan.Zero, "DefaultExpiration is not greater than zero"),
        Fault("timeout", static o => o.Failover.OperationTimeout = TimeSpan.Zero, "Failover.OperationTimeout is 00:00:00. Give 10 ms to 60 s"),
        Fault("connect timeout", static o => o.Failover.ConnectTimeout = TimeSpan.FromHours(1), "Failover.ConnectTimeout"),
        Fault("reconnect delay", static o => o.Failover.ReconnectDelay = TimeSpan.FromTicks(-1), "Failover.ReconnectDelay"),
        Fault("no such behaviour", static o => o.Failover.OnReadFailure = (ReadFailureBehavior)5, "Failover.OnReadFailure is 5"),
        Fault("retries", static o => o.Failover.Retries = 6, "Failover.Retries is 6. Give 0 to 5"),
        Fault("retry delay", static o => o.Failover.RetryDelay = TimeSpan.Zero, "Failover.RetryDelay is 00:00:00"),
        Fault("failures before ejection", static o => o.Failover.FailuresBeforeEjection = 1, "Failover.FailuresBeforeEjection is 1. Give 2 to 1000"),
        Fault("probe interval", static o => o.Failover.ProbeInterval = TimeSpan.Zero, "Failover.ProbeInterval"),
        Fault("longest probe interval", static o => o.Failover.MaxProbeInterval = TimeSpan.FromMilliseconds(99), "Failover.MaxProbeInterval is 00:00:00.0990000. Give 00:00:00.1000000 to"),
        Fault("fence check interval", static o => o.Failover.FenceCheckInterval = TimeSpan.Zero, "Failover.FenceCheckInterval"),
        Fault("hints", static o => o.Failover.MaxHints = 0, "Failover.MaxHints is 0"),
        Fault("age of hints", static o => o.Failover.MaxHintAge = TimeSpan.Zero, "Failover.MaxHintAge"),
        Fault("life of guests", static o => o.Failover.GuestLifetime = TimeSpan.Zero, "Failover.GuestLifetime"),
        Fault("no such mode", static o => o.Failover.Mode = (FailoverMode)9, "Failover.Mode is 9, which is no such value. Give Miss or NextNode"),
        Fault("no such policy", static o => o.Failover.FencePolicy = (FencePolicy)9, "Failover.FencePolicy is 9"),
        Fault("no such check", static o => o.Failover.FenceCheck = (FenceCheck)9, "Failover.FenceCheck is 9"),
        Fault("copies without a header", static o => (o.EntryFormat, o.Failover.Mode) = (EntryFormat.Raw, FailoverMode.NextNode), "Failover.Mode is NextNode", "Leave it at Miss"),
        Fault("fence without a header", static o => (o.EntryFormat, o.Failover.FencePolicy) = (EntryFormat.Raw, FencePolicy.OnEjection), "Failover.FencePolicy is OnEjection", "time to live"),
        Fault("checks without a header", static o => (o.EntryFormat, o.Failover.FenceCheck) = (EntryFormat.Raw, FenceCheck.EveryRead), "Failover.FenceCheck is EveryRead", "time to live"),
        Fault("no such format", static o => o.EntryFormat = (EntryFormat)5, "EntryFormat is 5"),
        Fault("instance name null", static o => o.InstanceName = null!, "InstanceName is null"),
        Fault("instance name malformed", static o => o.InstanceName = "\ud83d", "InstanceName is not well-formed"),
        Fault("instance name reserved", static o => o.InstanceName = "cr:x", "InstanceName begins with 'cr:'", "Choose another beginning"),
        Fault("ring null", static o => o.Ring = null!, "Ring is null"),
        Fault("failover null", static o => o.Failover = null!, "Failover is null"),
    ];

    [TestCaseSource(nameof(Faults))]
    public async Task A_fault_is_found_when_the_host_starts(Action<ShardedCacheOptions> spoil, string[] parts)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddShardedCache(options =>
        {
            options.Nodes.Add(new NodeOptions { Name = "a", Endpoint = "memory://" });
            options.Nodes.Add(new NodeOptions { Name = "b", Endpoint = "memory://" });
            spoil(options);
        });
        using IHost host = builder.Build();

        OptionsValidationException? error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        foreach (string part in parts)
            Assert.That(error!.Message, Does.Contain(part));
        Assert.That(error!.ToString(), Does.Not.Contain(Secret));
    }

    [Test]
    public void All_faults_are_told_at_once_with_the_name_of_the_cache()
    {
        ServiceCollection services = new();
        services.AddKeyedShardedCache("sessions", static options =>
        {
            options.Nodes.Add(new NodeOptions { Name = "", Endpoint = "memory://", Weight = 0 });
            options.MaxKeyBytes = -5;
        });
        using ServiceProvider provider = services.BuildServiceProvider();
        OptionsValidationException? error = Assert.Throws<OptionsValidationException>(
            () => provider.GetRequiredKeyedService<IShardedCache>("sessions"));
        Assert.That(error!.Failures.Count(), Is.EqualTo(3));
        Assert.That(error.Failures, Is.All.StartsWith("ShardedCache 'sessions': "));
    }

    [TestCase("redis://host")]
    [TestCase("redis://host:6380/3")]
    [TestCase("redis://user:p%40ss%2Fword@host:6380")]
    [TestCase("redis://:password@host")]
    [TestCase("rediss://cache.example.com:6390")]
    [TestCase("redis://[::1]:6379")]
    [TestCase("REDIS://host:6379/")]
    [TestCase("memory://")]
    [TestCase("memory://anything:1")]
    public void These_endpoints_are_accepted(string endpoint)
    {
        using ServiceProvider services = Caches.Services(options => options.Nodes.Add(new NodeOptions { Name = "a", Endpoint = endpoint }));
        Assert.That(services.Cache, Throws.Nothing);
    }

    private static TestCaseData Fault(string name, Action<ShardedCacheOptions> spoil, params string[] parts) =>
        new TestCaseData(spoil, parts).SetArgDisplayNames(name);
}
