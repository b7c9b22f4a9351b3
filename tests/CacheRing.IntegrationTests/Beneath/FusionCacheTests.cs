using System.Text;
using System.Text.Json;
using CacheRing.Testing;
using Microsoft.Extensions.DependencyInjection;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Serialization;

namespace CacheRing.IntegrationTests.Beneath;

/// <summary>As the second level beneath FusionCache.</summary>
[TestFixture]
public sealed class FusionCacheTests
{
    private RedisFleet _servers = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _servers = await RedisFleet.StartAsync(3);

    [OneTimeTearDown]
    public async Task StopAsync() => await _servers.DisposeAsync();

    [Test]
    public async Task What_one_process_loads_another_finds()
    {
        await using CacheUnderTest one = App();
        await using CacheUnderTest two = App();
        for (int i = 0; i < 20; i++)
        {
            await Fusion(one).GetOrSetAsync($"product:{i}", $"loaded {i}");
            Assert.That(await Fusion(two).GetOrSetAsync($"product:{i}", "loaded again"), Is.EqualTo($"loaded {i}"));
        }
    }

    [Test]
    public async Task A_removed_key_is_loaded_anew()
    {
        await using CacheUnderTest one = App();
        await using CacheUnderTest two = App();
        await Fusion(one).SetAsync("price", "1");
        await Fusion(one).RemoveAsync("price");
        Assert.That(await Fusion(two).GetOrSetAsync("price", "2"), Is.EqualTo("2"));
    }

    private CacheUnderTest App() => new(
        options =>
        {
            options.InstanceName = "fusion:";
            foreach (string endpoint in _servers.Endpoints)
                options.Nodes.Add(new NodeOptions { Name = $"node-{options.Nodes.Count}", Endpoint = endpoint });
        },
        static services => services.AddFusionCache()
            .WithDefaultEntryOptions(new FusionCacheEntryOptions(TimeSpan.FromMinutes(5)) { AllowBackgroundDistributedCacheOperations = false })
            .WithSerializer(new JsonSerializer())
            .WithRegisteredDistributedCache());

    private static IFusionCache Fusion(CacheUnderTest app) => app.Services.GetRequiredService<IFusionCache>();

    private sealed class JsonSerializer : IFusionCacheSerializer
    {
        public byte[] Serialize<T>(T? obj) => Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(obj, JsonSerializerOptions.Default));

        public T? Deserialize<T>(byte[] data) => System.Text.Json.JsonSerializer.Deserialize<T>(data, JsonSerializerOptions.Default);

        public ValueTask<byte[]> SerializeAsync<T>(T? obj, CancellationToken token = default) => new(Serialize(obj));

        public ValueTask<T?> DeserializeAsync<T>(byte[] data, CancellationToken token = default) => new(Deserialize<T>(data));
    }
}
