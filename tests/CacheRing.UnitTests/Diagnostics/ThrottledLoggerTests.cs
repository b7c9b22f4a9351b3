using System.Reflection;
using CacheRing.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CacheRing.UnitTests.Diagnostics;

/// <summary>What could come with each call does not flood the log.</summary>
[TestFixture]
internal sealed class ThrottledLoggerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger _log = new();
    private readonly Exception _error = new InvalidOperationException();

    [SetUp]
    public void Without_debug()
    {
        _log.ControlLevel(LogLevel.Debug, false);
        _log.Collector.Clear();
    }

    [Test]
    public void The_first_is_logged_and_then_one_a_minute_with_how_many_were_left_out()
    {
        ThrottledLogger logger = new(_log, _time);
        for (int second = 0; second < 60; second++)
        {
            LogEvents.UnwritableValue(logger, typeof(string), _error);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(Ids(), Is.EqualTo(new[] { 24 }));
        LogEvents.UnwritableValue(logger, typeof(string), _error);
        Assert.That(Ids(), Is.EqualTo(new[] { 24, 47, 24 }));
        Assert.That(_log.Collector.GetSnapshot()[1].Message, Does.StartWith("59 more of event 24 (System.String) have come"));
        _time.Advance(ThrottledLogger.Pause);
        LogEvents.UnwritableValue(logger, typeof(string), _error);
        Assert.That(Ids(), Is.EqualTo(new[] { 24, 47, 24, 24 }));
    }

    [Test]
    public void Each_type_each_node_and_each_event_has_its_own()
    {
        ThrottledLogger logger = new(_log, _time);
        for (int i = 0; i < 3; i++)
        {
            LogEvents.UnwritableValue(logger, typeof(string), _error);
            LogEvents.UnwritableValue(logger, typeof(int), _error);
            LogEvents.UnreadableValue(logger, typeof(int), _error);
            LogEvents.ChangeQueued(logger, "a");
            LogEvents.ChangeQueued(logger, "b");
            LogEvents.TooLargeToKeep(logger, i);
        }

        Assert.That(Ids(), Is.EqualTo(new[] { 24, 24, 23, 46, 46, 25 }));
    }

    [Test]
    public void With_debug_each_is_logged()
    {
        _log.ControlLevel(LogLevel.Debug, true);
        ThrottledLogger logger = new(_log, _time);
        for (int i = 0; i < 3; i++)
            LogEvents.ChangeQueued(logger, "a");
        Assert.That(Ids(), Is.EqualTo(new[] { 46, 46, 46 }));
    }

    [Test]
    public void A_write_that_was_given_up_is_never_left_out()
    {
        ThrottledLogger logger = new(_log, _time);
        for (int i = 0; i < 3; i++)
            LogEvents.GaveUp(logger, "rows", 10, "held", Guid.Empty);
        Assert.That(Ids(), Is.EqualTo(new[] { 34, 34, 34 }));
    }

    [Test]
    public void Every_event_that_is_throttled_exists()
    {
        int[] ids = [.. typeof(LogEvents).GetMethods().Select(static method => method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId ?? 0)];
        Assert.That(ThrottledLogger.Throttled, Is.SubsetOf(ids));
    }

    [Test]
    public async Task A_value_that_is_loaded_each_time_is_told_of_once()
    {
        ServiceCollection services = new();
        services.AddLogging(builder => builder.SetMinimumLevel(LogLevel.Information).AddProvider(new FakeLoggerProvider(_log.Collector)));
        services.AddShardedCache(static options =>
        {
            options.MaxValueBytes = 100;
            options.Nodes.Add(new NodeOptions { Name = "a", Endpoint = "memory://" });
        }).AddShardedHybridCache();
        await using ServiceProvider provider = services.BuildServiceProvider();
        HybridCache cache = provider.GetRequiredService<HybridCache>();
        int loads = 0;
        for (int i = 0; i < 5; i++)
        {
            await cache.GetOrCreateAsync("large", _ =>
            {
                loads++;
                return ValueTask.FromResult(new string('x', 200));
            });
        }

        Assert.That(loads, Is.EqualTo(5));
        Assert.That(Ids().Count(static id => id == 25), Is.EqualTo(1));
    }

    private int[] Ids() => [.. _log.Collector.GetSnapshot().Select(static record => record.Id.Id)];
}
