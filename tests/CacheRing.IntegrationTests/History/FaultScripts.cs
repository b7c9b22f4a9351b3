using CacheRing.Testing;

namespace CacheRing.IntegrationTests.History;

/// <summary>
/// What happens to the servers, again and again for as long as the clients work. A script leaves everything as it was.
/// </summary>
internal static class FaultScripts
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan Outage = TimeSpan.FromMilliseconds(350);

    /// <summary>Longer than a client needs to be back.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(600);

    public static Task KilledAndEmptyAsync(FaultScene scene) => RepeatAsync(scene, async round =>
    {
        int node = round % scene.Servers.Count;
        await scene.Servers.KillAsync(node);
        await Task.Delay(PauseOf(round));
        await scene.Servers.RestartEmptyAsync(node);
        await Task.Delay(Calm);
    });

    public static Task KilledAndOldAsync(FaultScene scene) => RepeatAsync(scene, async round =>
    {
        int node = round % scene.Servers.Count;
        await scene.Servers.SaveAsync(node);
        await Task.Delay(Outage);
        await scene.Servers.KillAsync(node);
        await Task.Delay(PauseOf(round));
        await scene.Servers.RestartOldAsync(node);
        await Task.Delay(Calm);
    });

    public static Task SuspendedAsync(FaultScene scene) => RepeatAsync(scene, async round =>
    {
        int node = round % scene.Servers.Count;
        scene.Servers.Suspend(node);
        await Task.Delay(Outage);
        scene.Servers.Resume(node);
        await Task.Delay(Outage);
    });

    public static Task FlappingAsync(FaultScene scene) => RepeatAsync(scene, atLeast: 50, round: async _ =>
    {
        scene.Servers.Suspend(0);
        await Task.Delay(Short + Short);
        scene.Servers.Resume(0);
        await Task.Delay(Short);
    });

    /// <summary>One client loses its network, in each of the ways there are; the others see nothing.</summary>
    public static Task CutForOneAsync(FaultScene scene) => RepeatAsync(scene, async round =>
    {
        FaultProxy proxy = scene.Proxies[round % scene.Servers.Count];
        Action[] faults = [proxy.Cut, proxy.BlackHole, proxy.DropReplies];
        faults[round % faults.Length]();
        await Task.Delay(Outage);
        proxy.Heal();
        await Task.Delay(Outage);
    });

    /// <summary>What is sent arrives, byte by byte, much later than anybody waits for it.</summary>
    public static Task TricklingAsync(FaultScene scene) => RepeatAsync(scene, async round =>
    {
        FaultProxy proxy = scene.Proxies[round % scene.Servers.Count];
        proxy.Trickle(bytesPerChunk: 16, interval: TimeSpan.FromMilliseconds(5));
        await Task.Delay(Outage);
        proxy.Heal();
        await Task.Delay(Outage);
    });

    public static Task TwoOfThemAsync(FaultScene scene) => RepeatAsync(scene, async round =>
    {
        int one = round % scene.Servers.Count, other = (round + 1) % scene.Servers.Count;
        scene.Servers.Suspend(one);
        await scene.Servers.KillAsync(other);
        await Task.Delay(Outage);
        scene.Servers.Resume(one);
        await scene.Servers.RestartEmptyAsync(other);
        await Task.Delay(Calm);
    });

    public static Task AllOfThemAsync(FaultScene scene) => RepeatAsync(scene, async round =>
    {
        int[] all = [.. Enumerable.Range(0, scene.Servers.Count)];
        if (round % 2 == 0)
        {
            Array.ForEach(all, scene.Servers.Suspend);
            await Task.Delay(Outage);
            Array.ForEach(all, scene.Servers.Resume);
        }
        else
        {
            await Task.WhenAll(all.Select(scene.Servers.KillAsync));
            await Task.Delay(Outage);
            await Task.WhenAll(all.Select(scene.Servers.RestartEmptyAsync));
        }

        await Task.Delay(Calm);
    });

    public static Task RecordDeletedAsync(FaultScene scene) => RepeatAsync(scene, async round =>
    {
        await scene.Servers.DeleteRecordAsync(round % scene.Servers.Count, scene.InstanceName);
        await Task.Delay(Calm);
    });

    /// <summary>What it had queued is delivered by nobody: its keys have no bound but their time to live.</summary>
    public static async Task ClientKilledAsync(FaultScene scene)
    {
        scene.Servers.Suspend(0);
        await Task.Delay(Outage);
        await scene.Run.Clients[^1].KillAsync();
        await Task.Delay(Outage);
        scene.Servers.Resume(0);
    }

    /// <summary>Two nodes at a time, each with a fault of its own.</summary>
    public static Task AnythingAsync(FaultScene scene)
    {
        Random random = new(scene.Run.Seed);
        return RepeatAsync(scene, async _ =>
        {
            int one = random.Next(scene.Servers.Count);
            int other = (one + 1 + random.Next(scene.Servers.Count - 1)) % scene.Servers.Count;
            int fault = random.Next(100), otherFault = random.Next(100);
            await Task.WhenAll(HarmAsync(scene, one, fault), HarmAsync(scene, other, otherFault));
            await Task.Delay(random.Next((int)Calm.TotalMilliseconds));
        });
    }

    private static async Task HarmAsync(FaultScene scene, int node, int fault)
    {
        (FaultyServers servers, FaultProxy proxy) = (scene.Servers, scene.Proxies[node]);
        bool isKept = servers.KeepsData && fault % 2 == 0;
        switch (fault / 2 % 7)
        {
            case 0 or 1:
                if (isKept)
                    await servers.SaveAsync(node);
                await Task.Delay(Short);
                await servers.KillAsync(node);
                await Task.Delay(PauseOf(fault));
                await (isKept ? servers.RestartOldAsync(node) : servers.RestartEmptyAsync(node));
                return;
            case 2 or 3:
                servers.Suspend(node);
                await Task.Delay(Outage);
                servers.Resume(node);
                return;
            case 4:
                await servers.DeleteRecordAsync(node, scene.InstanceName);
                return;
            case 5:
                ((Action[])[proxy.Cut, proxy.BlackHole, proxy.DropReplies])[fault % 3]();
                await Task.Delay(Outage);
                proxy.Heal();
                return;
            default:
                proxy.Trickle(bytesPerChunk: 16, interval: TimeSpan.FromMilliseconds(5));
                await Task.Delay(Outage);
                proxy.Heal();
                return;
        }
    }

    // Sometimes the server is back before anybody has noticed.
    private static TimeSpan PauseOf(int round) => round % 3 == 0 ? TimeSpan.Zero : Outage;

    private static async Task RepeatAsync(FaultScene scene, Func<int, Task> round, int atLeast = 1)
    {
        for (int i = 0; i < atLeast || scene.Run.IsWorking; i++)
            await round(i);
    }
}
