using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CacheRing.UnitTests.DependencyInjection;

/// <summary>Nodes that a configuration gives as texts are named as such, with the shape that is expected and without the text.</summary>
[TestFixture]
internal sealed class NodeShapeTests
{
    private const string Secret = "s3cr3t-canary";

    [TestCase("ShardedCache:Nodes:0", "ShardedCache:Nodes:1")]
    [TestCase("ShardedCache:Nodes")]
    public void Nodes_that_are_texts_are_explained(params string[] keys)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(keys.Select(static key => KeyValuePair.Create(key, (string?)$"redis://:{Secret}@host:6379")))
            .Build();
        Check(configuration, static (services, _) => services.AddShardedCache());
        Check(configuration, static (services, section) => services.AddShardedCache(section));
    }

    [Test]
    public void One_text_among_nodes_is_found_too()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("ShardedCache:Nodes:0:Name", "a"),
            new("ShardedCache:Nodes:0:Endpoint", "memory://"),
            new("ShardedCache:Nodes:1", $"redis://:{Secret}@host:6379"),
        ]).Build();
        Check(configuration, static (services, section) => services.AddShardedCache(section));
    }

    [Test]
    public void The_nodes_of_another_cache_are_that_ones_matter()
    {
        IConfiguration wrong = new ConfigurationBuilder().AddInMemoryCollection([new("Nodes:0", "redis://host")]).Build();
        ServiceCollection services = new();
        services.AddKeyedShardedCache("other", wrong);
        services.AddShardedCache(static options => options.Nodes.Add(new NodeOptions { Name = "a", Endpoint = "memory://" }));
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.That(provider.GetRequiredService<IShardedCache>, Throws.Nothing);
        Assert.That(
            () => provider.GetRequiredKeyedService<IShardedCache>("other"),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("ShardedCache 'other': Nodes holds a text"));
    }

    private static void Check(IConfiguration configuration, Action<IServiceCollection, IConfiguration> add)
    {
        ServiceCollection services = new();
        services.AddSingleton(configuration);
        add(services, configuration.GetSection("ShardedCache"));
        using ServiceProvider provider = services.BuildServiceProvider();
        OptionsValidationException? error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IShardedCache>());
        Assert.That(error!.Message, Does.Contain("Nodes holds a text where a node should be").And.Contain("\"Endpoint\": \"redis://host:6379\""));
        Assert.That(error.ToString(), Does.Not.Contain(Secret));
    }
}
