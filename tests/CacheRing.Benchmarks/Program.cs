using CacheRing.Benchmarks;

// dotnet run -c Release --project tests/CacheRing.Benchmarks -- [scenario ...] [--seconds 2] [--rounds 5] [--workers 64] [--value 1024] [--nodes redis|memcached]
LoadSettings settings = LoadSettings.Parse(args);
await using LoadBench bench = await LoadBench.StartAsync(settings);
foreach (string scenario in settings.Scenarios)
    await bench.RunAsync(scenario);
return 0;
