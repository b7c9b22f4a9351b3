using System.Diagnostics.Metrics;
using CacheRing.Testing;
using Polly;
using Polly.CircuitBreaker;

namespace CacheRing.IntegrationTests.Failover;

/// <summary>Retries of reads, the user's own pipeline, and Polly's telemetry.</summary>
[TestFixture]
public sealed class PipelineTests
{
    [Test]
    public async Task The_users_pipeline_is_around_every_call_and_is_told_the_node()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        List<string> nodes = [];
        int calls = 0;
        await using CacheUnderTest app = CacheUnderTest.Over([server.Endpoint], options => options.Failover.ConfigurePipeline = (builder, node) =>
        {
            nodes.Add(node);
            builder.AddStrategy(_ => new Counting(() => Interlocked.Increment(ref calls)), new CountingOptions());
        });
        await app.SettledAsync();
        Assert.That(calls, Is.Zero, "greetings are not the user's calls");

        await app.Cache.SetAsync("a", [1], new());
        Assert.That(await app.Cache.GetAsync("a"), Is.EqualTo([1]));
        Assert.That(await app.Cache.TryGetAsync("a", new System.Buffers.ArrayBufferWriter<byte>()), Is.True);
        Assert.That(await app.Cache.GetManyAsync(["a", "b"]), Has.Count.EqualTo(1));
        await app.Cache.RemoveAsync("a");
        Assert.That(await app.Cache.TryRemoveAsync("b"), Is.EqualTo(RemoveOutcome.Applied));
        Assert.That((nodes, calls), Is.EqualTo((new List<string> { "node-0" }, 6)));
    }

    [Test]
    public async Task What_the_users_pipeline_refuses_is_a_miss_or_queued_and_named_when_reads_throw()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        CircuitBreakerManualControl control = new();
        Action<ResiliencePipelineBuilder, string> configure = (builder, _) => builder.AddCircuitBreaker(new CircuitBreakerStrategyOptions { ManualControl = control });
        await using CacheUnderTest app = CacheUnderTest.Over([server.Endpoint], options => options.Failover.ConfigurePipeline = configure);
        await using CacheUnderTest strict = CacheUnderTest.Over([server.Endpoint], options =>
        {
            options.Failover.ConfigurePipeline = configure;
            options.Failover.OnReadFailure = ReadFailureBehavior.Throw;
        });
        await app.Cache.SetAsync("a", [1], new());
        Assert.That(await strict.Cache.GetAsync("a"), Is.EqualTo([1]));

        await control.IsolateAsync();
        Assert.That(await app.Cache.GetAsync("a"), Is.Null);
        Assert.That(await app.Cache.TryRemoveAsync("a"), Is.EqualTo(RemoveOutcome.Queued));
        NodeException error = (await Assert.ThrowsAsync<NodeException>(() => strict.Cache.GetAsync("a")))!;
        Assert.That(error.Message, Does.Contain("Failover.ConfigurePipeline"));
        Assert.That(error.InnerException, Is.InstanceOf<BrokenCircuitException>());

        await control.CloseAsync();
        await app.SettledAsync();
        Assert.That(await app.Cache.GetAsync("a"), Is.Null, "the remove was delivered");
    }

    [Test]
    public async Task A_timeout_of_the_users_pipeline_counts_as_the_node_not_answering()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using CacheUnderTest app = CacheUnderTest.Over([server.Endpoint], static options =>
        {
            options.Failover.OperationTimeout = TimeSpan.FromSeconds(30);
            options.Failover.ConfigurePipeline = static (builder, _) => builder.AddTimeout(TimeSpan.FromMilliseconds(50));
        });
        await app.SettledAsync();
        server.Suspend();
        await app.EjectedAsync(0, "a");
        Assert.That(app.Cache.GetNodes()[0].LastFailure!.Kind, Is.EqualTo(NodeFailureKind.Timeout));
        server.Resume();
    }

    [TestCase("redis")]
    [TestCase("memcached")]
    public async Task A_read_that_loses_its_connection_is_tried_again_on_the_next(string kind)
    {
        await using IAsyncDisposable server = kind == "redis" ? await RedisServer.StartAsync() : await MemcachedServer.StartAsync();
        int port = server is RedisServer redis ? redis.Port : ((MemcachedServer)server).Port;
        await using FaultProxy proxy = FaultProxy.Start("127.0.0.1", port);
        await using CacheUnderTest app = CacheUnderTest.Over([$"{kind}://127.0.0.1:{proxy.Port}"], static options =>
        {
            options.Failover.Retries = 5;
            options.Failover.RetryDelay = TimeSpan.FromMilliseconds(100);
            options.Failover.OperationTimeout = TimeSpan.FromSeconds(10);
            options.Failover.ReconnectDelay = TimeSpan.FromMilliseconds(20);
            options.Failover.FailuresBeforeEjection = 100;
        });
        await app.SettledAsync();
        await app.Cache.SetAsync("a", [1], new());

        // It waits for its answer when the connection is cut.
        proxy.Delay = TimeSpan.FromMilliseconds(300);
        Task<byte[]?>[] reads = [.. Enumerable.Range(0, 10).Select(_ => app.Cache.GetAsync("a"))];
        proxy.Cut();
        proxy.Heal();
        Assert.That(await Task.WhenAll(reads), Has.All.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public async Task Pollys_own_telemetry_says_what_the_circuit_of_which_node_does()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using CacheUnderTest app = CacheUnderTest.Over([server.Endpoint]);
        await app.SettledAsync();
        List<string> events = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Polly")
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((_, _, tags, _) =>
        {
            Dictionary<string, object?> all = tags.ToArray().ToDictionary(static tag => tag.Key, static tag => tag.Value);
            lock (events)
            {
                events.Add($"{all.GetValueOrDefault("pipeline.name")} {all.GetValueOrDefault("pipeline.instance")} {all.GetValueOrDefault("event.name")}");
            }
        });
        listener.Start();

        await server.KillAsync();
        await app.EjectedAsync(0, "a");
        await server.RestartAsync(keepData: false);
        await app.SettledAsync();
        lock (events)
        {
            Assert.That(events, Has.Some.EqualTo("CacheRing node-0 OnCircuitOpened").And.Some.EqualTo("CacheRing node-0 OnCircuitClosed"));
        }
    }

    private sealed class CountingOptions : ResilienceStrategyOptions;

    private sealed class Counting(Action count) : ResilienceStrategy
    {
        protected override ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
            Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
        {
            count();
            return callback(context, state);
        }
    }
}
