using System.Buffers;
using System.Text;
using CacheRing.Testing;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>A value that takes long to deserialize costs its own caller that time, and nobody else any.</summary>
[TestFixture]
public sealed class SlowDeserializerTests
{
    // Longer than a call may take by default.
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(400);

    [Test]
    public async Task Other_calls_are_answered_meanwhile_and_the_node_serves_on()
    {
        await using MemcachedServer server = await MemcachedServer.StartAsync();
        SlowSerializer serializer = new();
        await using ServiceProvider services = new ServiceCollection()
            .AddSingleton<IHybridCacheSerializer<Document>>(serializer)
            .AddShardedCache(options =>
            {
                options.Nodes.Add(new NodeOptions { Name = "node-0", Endpoint = server.Endpoint });
                options.Failover.OnReadFailure = ReadFailureBehavior.Throw;
            })
            .AddShardedHybridCache()
            .Services.BuildServiceProvider();
        HybridCache hybrid = services.GetRequiredService<HybridCache>();
        IShardedCache cache = services.GetRequiredService<IShardedCache>();
        int changes = 0;
        await hybrid.GetOrCreateAsync("document", static _ => ValueTask.FromResult(new Document("text")), new() { Flags = HybridCacheEntryFlags.DisableLocalCache });
        await cache.SetAsync("other", [1], new());
        cache.NodeHealthChanged += (_, _) => Interlocked.Increment(ref changes);

        serializer.Hold();
        Task<Document> reading = hybrid.GetOrCreateAsync(
            "document",
            static _ => ValueTask.FromException<Document>(new InvalidOperationException("It is there.")),
            new() { Flags = HybridCacheEntryFlags.DisableLocalCache }).AsTask();
        await Poll.UntilAsync(() => serializer.IsReading, "the value to be deserialized");
        for (int i = 0; i < 100; i++)
            Assert.That(await cache.GetAsync("other"), Is.EqualTo([1]));
        Assert.That(serializer.IsReading && !reading.IsCompleted, Is.True, "all of them meanwhile");

        // No call in this time has a reason to be late.
        using CancellationTokenSource end = new(Slow);
        while (!end.IsCancellationRequested)
            Assert.That(await cache.GetAsync("other"), Is.EqualTo([1]));
        serializer.Release();
        Assert.That((await reading).Text, Is.EqualTo("text"));
        Assert.That(changes, Is.Zero);
    }

    private sealed record Document(string Text);

    private sealed class SlowSerializer : IHybridCacheSerializer<Document>
    {
        private readonly ManualResetEventSlim _free = new(initialState: true);
        private volatile bool _isReading;

        public bool IsReading => _isReading;

        public void Hold() => _free.Reset();

        public void Release() => _free.Set();

        public Document Deserialize(ReadOnlySequence<byte> source)
        {
            _isReading = true;
            _free.Wait(TimeSpan.FromSeconds(30));
            _isReading = false;
            return new Document(Encoding.UTF8.GetString(source));
        }

        public void Serialize(Document value, IBufferWriter<byte> target) => target.Write(Encoding.UTF8.GetBytes(value.Text));
    }
}
