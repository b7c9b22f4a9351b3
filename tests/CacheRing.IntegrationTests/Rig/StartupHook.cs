using CacheRing.Testing;

/// <summary>
/// Turns this assembly into a program that starts servers, prints their process ids and then waits to be killed. The runtime looks for
/// a class of this name, without a namespace, when <c>DOTNET_STARTUP_HOOKS</c> names the assembly; only <c>OrphanTests</c> does.
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        _ = StartAsync();
        new ManualResetEventSlim().Wait();
    }

    private static async Task StartAsync()
    {
        try
        {
            var redis = await RedisServer.StartAsync();
            Console.WriteLine(redis.Pid);
            if (Rig.MemcachedIsAvailable)
            {
                var memcached = await MemcachedServer.StartAsync();
                memcached.Suspend(); // A frozen process must not survive either.
                Console.WriteLine(memcached.Pid);
            }

            Console.WriteLine("started");
        }
        catch (Exception exception)
        {
            Console.WriteLine(exception.ToString());
            Environment.Exit(1);
        }
    }
}
