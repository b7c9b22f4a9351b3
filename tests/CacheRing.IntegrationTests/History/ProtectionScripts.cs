using System.Text;
using CacheRing.HistoryClient;
using CacheRing.Testing;
using CacheRing.Testing.History;
using Polly;

namespace CacheRing.IntegrationTests.History;

/// <summary>
/// For each protection the shortest course of events in which nothing else keeps an old value from being read.
/// </summary>
internal static class ProtectionScripts
{
    private const int Key = 0;

    // The state of the first client is not to come to the help of the others.
    private static readonly TimeSpan SlowClock = TimeSpan.FromHours(-1);

    /// <summary>A server is back with old data, so quickly that the client has not given it up.</summary>
    public static async Task ConnectionAsync(ProtectionScene scene)
    {
        RecordedClient reader = await scene.StartAsync(static options => options.OnReadFailure = ReadFailureBehavior.Throw);
        await WriteSaveRemoveAsync(scene);
        await reader.ReadAsync(Key);

        await scene.Servers.KillAsync(0);
        await scene.Servers.RestartOldAsync(0);
        await Poll.UntilAsync(() => AnswersAsync(reader), "the node to answer again");

        await reader.ReadAsync(Key);
    }

    /// <summary>A server is back with old data, its generation among them, and a client comes that never knew another.</summary>
    public static async Task ProcessAsync(ProtectionScene scene)
    {
        await WriteSaveRemoveAsync(scene);
        await scene.Servers.KillAsync(0);
        await scene.Servers.RestartOldAsync(0);

        RecordedClient fresh = await scene.StartAsync();

        await fresh.ReadAsync(Key);
    }

    /// <summary>A server is back with old data and no generation, and is given one by a client whose clock is slow.</summary>
    public static async Task EqualityAsync(ProtectionScene scene)
    {
        await WriteSaveRemoveAsync(scene, beforeSave: () => scene.Servers.DeleteRecordAsync(0, RecordedClients.InstanceName));
        await scene.Servers.KillAsync(0);
        await scene.Servers.RestartOldAsync(0);

        RecordedClient slow = await scene.StartAsync(time: new SkewedTime(SlowClock));

        await slow.ReadAsync(Key);
    }

    /// <summary>A client that is cut off removes what others read.</summary>
    public static async Task HintsAsync(ProtectionScene scene)
    {
        await using ProxiedServers proxies = scene.Servers.Proxied();
        RecordedClient writer = await scene.StartAsync(endpoints: proxies.Endpoints), reader = await scene.StartAsync();
        await RemoveWhileCutAsync(writer, reader, proxies, [Key]);
    }

    /// <summary>The same with more keys than are kept.</summary>
    public static async Task OverflowFenceAsync(ProtectionScene scene)
    {
        await using ProxiedServers proxies = scene.Servers.Proxied();
        RecordedClient writer = await scene.StartAsync(static options => options.MaxHints = 2, proxies.Endpoints);
        RecordedClient reader = await scene.StartAsync();
        await RemoveWhileCutAsync(writer, reader, proxies, [0, 1, 2, 3, 4]);
    }

    /// <summary>A server that takes reads refuses removes.</summary>
    public static async Task QuarantineAsync(ProtectionScene scene)
    {
        RecordedClient client = await scene.StartAsync();
        Assert.That(await client.WriteAsync(Key), Is.EqualTo(HistoryOutcome.Applied));
        await scene.Servers.RefuseWritesAsync(0, refuse: true);
        Assert.That(await client.Recorded.RemoveAsync(Key), Is.EqualTo(HistoryOutcome.Queued));

        await client.ReadAsync(Key);

        await scene.Servers.RefuseWritesAsync(0, refuse: false);
        await client.SettleAsync();
        await client.ReadAsync(Key);
    }

    /// <summary>A write arrives when its connection has long been replaced, and the remove that followed has been carried out.</summary>
    public static async Task DoubtsAsync(ProtectionScene scene)
    {
        await using LateProxy proxy = new(scene.Servers.Endpoints[0]);
        RecordedClient writer = await scene.StartAsync(endpoints: [proxy.Endpoint]), reader = await scene.StartAsync();
        await WriteLateAsync(writer, proxy);
        proxy.Reopen();
        await writer.SettleAsync();

        await DeliverAsync(scene, proxy);

        await reader.ReadAsync(Key);
        await writer.ReadAsync(Key);
    }

    /// <summary>
    /// A connection is replaced between the look at its number and the send, the write is late on the next, and the remove that followed
    /// has been carried out.
    /// </summary>
    public static async Task WriteNumbersAsync(ProtectionScene scene)
    {
        await using LateProxy proxy = new(scene.Servers.Endpoints[0]);
        BeforeCallStrategy before = new();
        RecordedClient writer = await scene.StartAsync(
            options => options.ConfigurePipeline = (pipeline, _) => pipeline.AddStrategy(_ => before, new BeforeCallStrategy.Options()), [proxy.Endpoint]);
        RecordedClient reader = await scene.StartAsync();
        before.Next = async () =>
        {
            proxy.Keep();
            proxy.Break();
            await HealthAsync(writer, static health => health != NodeHealth.Healthy);
            proxy.Reopen();
            await HealthAsync(writer, static health => health == NodeHealth.Healthy);
            proxy.Keep();
        };
        Assert.That(await writer.WriteAsync(Key), Is.EqualTo(HistoryOutcome.Queued));
        Assert.That(before.IsDone, Is.True, "the connection was replaced before the send");
        proxy.Break();
        Assert.That(await writer.Recorded.RemoveAsync(Key), Is.EqualTo(HistoryOutcome.Queued));
        proxy.Reopen();
        await writer.SettleAsync();

        await DeliverAsync(scene, proxy);

        await reader.ReadAsync(Key);
        await writer.ReadAsync(Key);
    }

    /// <summary>A write arrives in the moment before its connection is ended.</summary>
    public static async Task ReplayOrderAsync(ProtectionScene scene)
    {
        await using LateProxy proxy = new(scene.Servers.Endpoints[0]);
        RecordedClient writer = await scene.StartAsync(endpoints: [proxy.Endpoint]), reader = await scene.StartAsync();
        await WriteLateAsync(writer, proxy);
        bool isDelivered = false;
        proxy.Passing = async (_, bytes) =>
        {
            if (isDelivered || !Encoding.Latin1.GetString(bytes.Span).Contains("KILL", StringComparison.Ordinal))
                return;
            isDelivered = true;
            await DeliverAsync(scene, proxy);
        };
        proxy.Reopen();
        await writer.SettleAsync();
        Assert.That(isDelivered, "the connection was ended");

        await reader.ReadAsync(Key);
        await writer.ReadAsync(Key);
    }

    /// <summary>The server has one version, the snapshot it is started from an older one; who wrote them is gone.</summary>
    private static async Task WriteSaveRemoveAsync(ProtectionScene scene, Func<Task>? beforeSave = null)
    {
        await using RecordedClient writer = await scene.StartAsync();
        Assert.That(await writer.WriteAsync(Key), Is.EqualTo(HistoryOutcome.Applied));
        await (beforeSave?.Invoke() ?? Task.CompletedTask);
        await scene.Servers.SaveAsync(0);
        Assert.That(await writer.Recorded.RemoveAsync(Key), Is.EqualTo(HistoryOutcome.Applied));
    }

    private static async Task RemoveWhileCutAsync(RecordedClient writer, RecordedClient reader, ProxiedServers proxies, int[] keys)
    {
        foreach (int key in keys)
            Assert.That(await writer.WriteAsync(key), Is.EqualTo(HistoryOutcome.Applied));
        await reader.ReadAsync(keys);
        proxies[0].Cut();
        foreach (int key in keys)
            Assert.That(await writer.Recorded.RemoveAsync(key), Is.EqualTo(HistoryOutcome.Queued));
        await writer.ReadAsync(keys);
        proxies[0].Heal();

        await writer.SettleAsync();

        await reader.ReadAsync(keys);
        await writer.ReadAsync(keys);
    }

    private static async Task WriteLateAsync(RecordedClient writer, LateProxy proxy)
    {
        proxy.Keep();
        Assert.That(await writer.WriteAsync(Key), Is.EqualTo(HistoryOutcome.Queued));
        proxy.Break();
        Assert.That(await writer.Recorded.RemoveAsync(Key), Is.EqualTo(HistoryOutcome.Queued));
    }

    // With the protection in it may never land, which cannot be awaited.
    private static async Task DeliverAsync(ProtectionScene scene, LateProxy proxy)
    {
        await proxy.DeliverAsync();
        try
        {
            await Poll.UntilAsync(
                () => scene.Servers.HasAsync(0, RecordedClients.InstanceName + RecordedCache.NameOf(Key)), "the write to land", TimeSpan.FromMilliseconds(300));
        }
        catch (TimeoutException)
        {
        }
    }

    private static Task HealthAsync(RecordedClient client, Func<NodeHealth, bool> isExpected) =>
        Poll.UntilAsync(() => isExpected(client.Cache.GetNodes()[0].Health), "the node's health to change");

    private static async Task<bool> AnswersAsync(RecordedClient client)
    {
        try
        {
            _ = await client.Cache.GetAsync("another");
            return true;
        }
        catch (NodeException)
        {
            return false;
        }
    }
}
