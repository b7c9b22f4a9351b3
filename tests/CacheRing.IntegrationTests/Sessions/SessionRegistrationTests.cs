using CacheRing.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CacheRing.IntegrationTests.Sessions;

/// <summary>What <c>AddShardedSession</c> sets up, and what it refuses.</summary>
[TestFixture]
internal sealed class SessionRegistrationTests
{
    private const string Key = ShardedSessionServiceCollectionExtensions.ServiceKey;

    [Test]
    public async Task Sessions_are_on_the_nodes_of_the_default_cache_with_patience_and_reads_that_throw()
    {
        await using ServiceProvider services = Build(static services => services.AddShardedCache(Default).Services.AddShardedSession());
        ShardedCacheOptions sessions = OptionsOf(services);
        Assert.That(sessions.Nodes.Select(static node => node.Name), Is.EqualTo(["one", "two"]));
        Assert.That((sessions.InstanceName, sessions.MaxValueBytes), Is.EqualTo(("shop:session:", 1_000_000)));
        Assert.That(sessions.Failover.OnReadFailure, Is.EqualTo(ReadFailureBehavior.Throw));
        Assert.That(sessions.Failover.OperationTimeout, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(5)));

        ShardedCacheOptions others = services.GetRequiredService<IOptionsMonitor<ShardedCacheOptions>>().Get(Options.DefaultName);
        Assert.That((others.InstanceName, others.Failover.OnReadFailure, others.Nodes.Count), Is.EqualTo(("shop:", ReadFailureBehavior.Miss, 2)));
        Assert.That(services.GetRequiredKeyedService<IShardedCache>(Key), Is.Not.SameAs(services.GetRequiredService<IShardedCache>()));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task They_are_on_those_of_the_section_with_a_default_cache_and_without(bool hasDefault)
    {
        await using ServiceProvider services = Build(services =>
        {
            services.AddSingleton<IConfiguration>(Configuration("ShardedCache"));
            if (hasDefault)
                services.AddShardedCache();
            services.AddShardedSession();
        });
        Assert.That(OptionsOf(services).Nodes.Select(static node => node.Name), Is.EqualTo(["configured"]));
    }

    [Test]
    public async Task They_are_on_nodes_of_their_own_where_the_app_names_some()
    {
        await using ServiceProvider services = Build(static services =>
        {
            services.AddShardedCache(Default);
            services.AddShardedSession(static options => options.Nodes.Add(Node("own")));
        });
        Assert.That(OptionsOf(services).Nodes.Select(static node => node.Name), Is.EqualTo(["own"]));

        await using ServiceProvider sectioned = Build(static services =>
        {
            services.AddShardedCache(Default);
            services.AddShardedSession(Configuration("Sessions").GetSection("Sessions"));
        });
        Assert.That(OptionsOf(sectioned).Nodes.Select(static node => node.Name), Is.EqualTo(["configured"]));
    }

    [Test]
    public async Task Sessions_and_cookies_are_set_as_with_AddSession()
    {
        await using ServiceProvider services = Build(static services =>
        {
            services.AddShardedCache(Default);
            services.AddShardedSession(static options => options.IdleTimeout = TimeSpan.FromMinutes(7));
        });
        Assert.That(services.GetRequiredService<IOptions<SessionOptions>>().Value.IdleTimeout, Is.EqualTo(TimeSpan.FromMinutes(7)));
    }

    [Test]
    public async Task A_second_call_replaces_the_first_and_AddSession_beside_it_changes_nothing()
    {
        await using ServiceProvider services = Build(static services =>
        {
            services.AddSession();
            services.AddShardedSession(static options => options.Nodes.Add(Node("first")));
            services.AddShardedSession(static options => options.Nodes.Add(Node("second")));
            services.AddSession();
        });
        Assert.That(OptionsOf(services).Nodes.Select(static node => node.Name), Is.EqualTo(["second"]));
        Assert.That(services.GetServices<ISessionStore>().Select(static store => store.GetType().Name), Is.EqualTo(["ShardedSessionStore"]));
    }

    [Test]
    public async Task What_would_empty_sessions_is_refused_with_the_reason()
    {
        await using ServiceProvider services = Build(static services => services.AddShardedSession(static options =>
        {
            options.Nodes.Add(Node("one"));
            options.Failover.OnReadFailure = ReadFailureBehavior.Miss;
            options.Failover.Mode = FailoverMode.NextNode;
        }));
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredKeyedService<IShardedCache>(Key))!;
        Assert.That(error.Message, Does.Contain("Failover.OnReadFailure is Miss").And.Contain("Failover.Mode is NextNode"));
    }

    [TestCase(0.5)]
    [TestCase(3601)]
    public async Task A_Retry_After_out_of_its_range_is_refused(double seconds)
    {
        await using ServiceProvider services = Build(services =>
        {
            services.AddShardedCache(Default);
            services.AddShardedSession();
            services.Configure<ShardedSessionOptions>(options => options.RetryAfter = TimeSpan.FromSeconds(seconds));
        });
        Assert.That(() => services.GetRequiredService<IOptions<ShardedSessionOptions>>().Value, Throws.InstanceOf<OptionsValidationException>());
    }

    [Test]
    public async Task UseShardedSession_without_AddShardedSession_says_what_to_call()
    {
        await using ServiceProvider services = new ServiceCollection().BuildServiceProvider();
        ApplicationBuilder app = new(services);
        Assert.That(() => app.UseShardedSession(), Throws.InvalidOperationException.With.Message.Contains("AddShardedSession()"));
    }

    [Test]
    public async Task Without_UseShardedSession_an_endpoint_gets_the_exception_and_no_empty_session()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using ServiceProvider services = Build(services => services.AddShardedSession(options => options.Nodes.Add(new NodeOptions { Name = "one", Endpoint = server.Endpoint })));
        ISessionStore store = services.GetRequiredService<ISessionStore>();
        ISession session = Create(store, isNew: true);
        session.SetString("name", "value");
        await session.CommitAsync();
        Assert.That(Create(store, isNew: false).GetString("name"), Is.EqualTo("value"), "loaded by a synchronous call");

        await server.KillAsync();
        ISession refused = Create(store, isNew: false);
        Assert.That(() => refused.GetString("name"), Throws.InstanceOf<NodeException>());
        Assert.That(() => refused.SetString("name", "other"), Throws.InstanceOf<NodeException>());
        Assert.That(() => refused.IsAvailable, Throws.InstanceOf<NodeException>());
        Assert.That(() => refused.LoadAsync(), Throws.InstanceOf<NodeException>());
    }

    private static ISession Create(ISessionStore store, bool isNew) =>
        store.Create("4711", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), static () => true, isNew);

    private static void Default(ShardedCacheOptions options)
    {
        options.Nodes.Add(Node("one"));
        options.Nodes.Add(Node("two"));
        options.InstanceName = "shop:";
        options.MaxValueBytes = 1_000_000;
    }

    private static NodeOptions Node(string name) => new() { Name = name, Endpoint = "memory://" };

    private static IConfigurationRoot Configuration(string section) => new ConfigurationBuilder().AddInMemoryCollection(
        new Dictionary<string, string?> { [section + ":Nodes:0:Name"] = "configured", [section + ":Nodes:0:Endpoint"] = "memory://" }).Build();

    private static ServiceProvider Build(Action<IServiceCollection> add)
    {
        ServiceCollection services = new();
        services.AddLogging();
        add(services);
        return services.BuildServiceProvider();
    }

    private static ShardedCacheOptions OptionsOf(IServiceProvider services) => services.GetRequiredService<IOptionsMonitor<ShardedCacheOptions>>().Get(Key);
}
