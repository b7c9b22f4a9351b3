using CacheRing.Benchmarks.Load;
using CacheRing.Benchmarks.Micro;
using CacheRing.Benchmarks.Studies;
using CacheRing.Testing;

// dotnet run -c Release --project tests/CacheRing.Benchmarks -- load | micro | study | once
string[] rest = [.. args.Skip(1)];
try
{
    switch (args.FirstOrDefault())
    {
        case "load":
            await LoadCommand.RunAsync(LoadOptions.Parse(rest));
            break;
        case "micro":
            MicroBenchmarks.Run(rest, once: false);
            break;
        case "study":
            await RunStudiesAsync(StudySettings.Parse(rest));
            break;
        case "once":
            foreach (string nodes in Rig.MemcachedIsAvailable ? (string[])["redis=3", "memcached=2"] : ["redis=3"])
                await LoadCommand.RunAsync(LoadOptions.Parse(["--nodes", nodes, "--seconds", "0.1", "--workers", "8", "--keys", "500", "--peers", string.Join(',', LoadContenders.Known)]));
            await RunStudiesAsync(StudySettings.Brief);
            MicroBenchmarks.Run([], once: true);
            Console.WriteLine("Every benchmark ran once.");
            break;
        default:
            Console.WriteLine($"{LoadOptions.Usage}\n{StudySettings.Usage}\nmicro [BenchmarkDotNet's arguments: --filter *Locate*]\nonce   each of them, briefly: to see that it runs");
            return 2;
    }

    return 0;
}
catch (ArgumentException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 2;
}

static async Task RunStudiesAsync(StudySettings settings)
{
    await using Study study = await Study.StartAsync(settings);
    foreach (string scenario in settings.Scenarios)
        await study.RunAsync(scenario);
}
