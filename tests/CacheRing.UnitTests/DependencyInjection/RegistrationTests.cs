using CacheRing.Sharding;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CacheRing.UnitTests.DependencyInjection;

/// <summary>What a user may rely on when registering caches.</summary>
[TestFixture]
internal sealed class RegistrationTests
{
    private static readonly Dictionary<string, string?> Section = new()
    {
        ["ShardedCache:InstanceName"] = "shop:",
        ["ShardedCache:Nodes:0:Name"] = "a",
        ["ShardedCache:Nodes:0:Endpoint"] = "memory://",
        ["ShardedCache:Nodes:0:Weight"] = "3",
        ["ShardedCache:Nodes:1:Name"] = "b",
        ["ShardedCache:Nodes:1:Endpoint"] = "memory://",
        ["ShardedCache:Nodes:1:State"] = "Retired",
        ["ShardedCache:Ring:Ketama"] = "Libmemcached",
        ["ShardedCache:Ring:HashTags"] = "true",
        ["ShardedCache:Failover:OnReadFailure"] = "Throw",
        ["ShardedCache:Failover:OperationTimeout"] = "00:00:00.100",
        ["ShardedCache:DefaultExpiration"] = "01:00:00",
        ["ShardedCache:EntryFormat"] = "Raw",
        ["ShardedCache:MaxKeyBytes"] = "200",
    };

    [Test]
    public void One_cache_is_registered_under_all_three_interfaces()
    {
        using ServiceProvider services = Caches.Services(static options => options.AddMemoryNodes(1));
        IShardedCache cache = services.Cache();
        Assert.That(services.GetRequiredService<IDistributedCache>(), Is.SameAs(cache));
        Assert.That(services.GetRequiredService<IBufferDistributedCache>(), Is.SameAs(cache));
        Assert.That(services.Cache(), Is.SameAs(cache));
    }

    [Test]
    public void Without_arguments_the_section_ShardedCache_is_bound() =>
        CheckSection(static (services, _) => services.AddShardedCache());

    [Test]
    public void A_section_can_be_given() =>
        CheckSection(static (services, configuration) => services.AddShardedCache(configuration.GetSection("ShardedCache")));

    [Test]
    public void A_section_that_is_not_there_is_reported_at_the_start()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddShardedCache();
        using IHost host = builder.Build();
        Assert.That(
            async () => await host.StartAsync(),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("ShardedCache:Nodes"));
    }

    [Test]
    public async Task Without_configuration_at_all_code_can_still_configure_the_options()
    {
        ServiceCollection services = new();
        services.AddShardedCache();
        services.Configure<ShardedCacheOptions>(static options => options.AddMemoryNodes(2));
        using ServiceProvider provider = services.BuildServiceProvider();
        await provider.Cache().SetAsync("a", [1], new());
        Assert.That(await provider.Cache().GetAsync("a"), Is.EqualTo([1]));
    }

    [Test]
    public async Task Keyed_caches_and_the_default_one_live_side_by_side_with_settings_of_their_own()
    {
        ServiceCollection services = new();
        services.AddShardedCache(static options => options.AddMemoryNodes(1));
        IShardedCacheBuilder sessions = services.AddKeyedShardedCache("sessions", static options => options.AddMemoryNodes(2));
        IShardedCacheBuilder byEnum = services.AddKeyedShardedCache(NodeState.Retired, static options => options.AddMemoryNodes(3));
        IShardedCacheBuilder sameText = services.AddKeyedShardedCache("Retired", static options => options.AddMemoryNodes(4));
        using ServiceProvider provider = services.BuildServiceProvider();

        IShardedCache[] caches =
        [
            provider.Cache(),
            provider.GetRequiredKeyedService<IShardedCache>("sessions"),
            provider.GetRequiredKeyedService<IShardedCache>(NodeState.Retired),
            provider.GetRequiredKeyedService<IShardedCache>("Retired"),
        ];
        Assert.That(caches, Is.Unique);
        Assert.That(provider.GetRequiredKeyedService<IDistributedCache>("sessions"), Is.SameAs(caches[1]));
        Assert.That(provider.GetRequiredKeyedService<IBufferDistributedCache>("sessions"), Is.SameAs(caches[1]));
        Assert.That((sessions.Name, sessions.ServiceKey), Is.EqualTo(("sessions", (object)"sessions")));
        Assert.That(new[] { byEnum.Name, sameText.Name }, Is.Unique);

        IOptionsMonitor<ShardedCacheOptions> options = provider.GetRequiredService<IOptionsMonitor<ShardedCacheOptions>>();
        Assert.That(options.Get(sessions.Name).Nodes, Has.Count.EqualTo(2));
        Assert.That(options.Get(byEnum.Name).Nodes, Has.Count.EqualTo(3));
        Assert.That(options.Get(sameText.Name).Nodes, Has.Count.EqualTo(4));

        for (byte i = 0; i < caches.Length; i++)
            await caches[i].SetAsync("k", [i], new());
        for (byte i = 0; i < caches.Length; i++)
            Assert.That(await caches[i].GetAsync("k"), Is.EqualTo(new[] { i }));
    }

    [Test]
    public void A_keyed_cache_can_be_bound_to_a_section()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(Section).Build();
        ServiceCollection services = new();
        services.AddKeyedShardedCache("shop", configuration.GetSection("ShardedCache"));
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.That(provider.GetRequiredKeyedService<IShardedCache>("shop").Locate("x").Owner, Is.EqualTo("a"));
    }

    [Test]
    public void The_last_registration_wins_over_other_caches()
    {
        ServiceCollection services = new();
        services.AddDistributedMemoryCache();
        services.AddShardedCache(static options => options.AddMemoryNodes(1));
        using (ServiceProvider provider = services.BuildServiceProvider())
            Assert.That(provider.GetRequiredService<IDistributedCache>(), Is.InstanceOf<ShardedCache>());

        services.AddSingleton<IDistributedCache, MemoryDistributedCache>();
        using (ServiceProvider provider = services.BuildServiceProvider())
            Assert.That(provider.GetRequiredService<IDistributedCache>(), Is.InstanceOf<MemoryDistributedCache>());
    }

    [Test]
    public void A_second_registration_replaces_the_first_settings_and_all()
    {
        ServiceCollection services = new();
        services.AddShardedCache(static options => options.AddMemoryNodes(3));
        services.AddKeyedShardedCache("k", static options => options.AddMemoryNodes(2));
        services.AddShardedCache(static options => options.AddMemoryNodes(1));
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.That(provider.GetRequiredService<IOptions<ShardedCacheOptions>>().Value.Nodes, Has.Count.EqualTo(1));
        Assert.That(provider.GetServices<IShardedCache>().Count(), Is.EqualTo(1));
        Assert.That(provider.GetRequiredKeyedService<IShardedCache>("k"), Is.Not.Null, "another key is another cache");
    }

    [Test]
    public async Task The_host_starts_and_stops_with_no_server_there()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddShardedCache(static options =>
            options.Nodes.Add(new NodeOptions { Name = "a", Endpoint = "redis://127.0.0.1:1" }));
        using IHost host = builder.Build();
        await host.StartAsync();
        Assert.That(await host.Services.GetRequiredService<IDistributedCache>().GetAsync("k"), Is.Null);
        await host.StopAsync();
    }

    [Test]
    public void A_node_prints_its_name_and_not_its_address() =>
        Assert.That(
            new NodeOptions { Name = "a", Endpoint = "redis://:canary@h", Configuration = "h,password=canary" }.ToString(),
            Is.EqualTo("Node 'a'"));

    private static void CheckSection(Action<IServiceCollection, IConfiguration> add)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(Section).Build();
        ServiceCollection services = new();
        services.AddSingleton(configuration);
        add(services, configuration);
        using ServiceProvider provider = services.BuildServiceProvider();

        ShardedCacheOptions options = provider.GetRequiredService<IOptions<ShardedCacheOptions>>().Value;
        Assert.That(options.InstanceName, Is.EqualTo("shop:"));
        Assert.That(options.Nodes.Select(static node => (node.Name, node.Endpoint, node.Weight, node.State)), Is.EqualTo(new[]
        {
            ("a", "memory://", 3, NodeState.Active),
            ("b", "memory://", 1, NodeState.Retired),
        }));
        Assert.That(options.Ring.Ketama, Is.EqualTo(KetamaFlavor.Libmemcached));
        Assert.That(options.Ring.HashTags, Is.True);
        Assert.That(options.Failover.OnReadFailure, Is.EqualTo(ReadFailureBehavior.Throw));
        Assert.That(options.Failover.OperationTimeout, Is.EqualTo(TimeSpan.FromMilliseconds(100)));
        Assert.That(options.DefaultExpiration, Is.EqualTo(TimeSpan.FromHours(1)));
        Assert.That(options.EntryFormat, Is.EqualTo(EntryFormat.Raw));
        Assert.That(options.MaxKeyBytes, Is.EqualTo(200));
        Assert.That(provider.Cache().Locate("x").Owner, Is.EqualTo("a"));
    }
}
