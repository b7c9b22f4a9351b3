using System.Globalization;

namespace CacheRing.Benchmarks;

/// <summary>What to run and how long: a slice a contender and round, rounds interleaved.</summary>
internal sealed record LoadSettings(IReadOnlyList<string> Scenarios, TimeSpan Slice, int Rounds, int Workers, int ValueBytes)
{
    /// <summary>Whether the cache is over Memcached; its peers are on Redis in either case.</summary>
    public bool Memcached { get; init; }

    public const int Keys = 10_000;

    public static LoadSettings Parse(string[] args)
    {
        List<string> scenarios = [];
        LoadSettings settings = new(scenarios, TimeSpan.FromSeconds(2), 5, 64, 1024);
        for (int i = 0; i < args.Length; i++)
        {
            settings = args[i] switch
            {
                "--seconds" => settings with { Slice = TimeSpan.FromSeconds(double.Parse(args[++i], CultureInfo.InvariantCulture)) },
                "--rounds" => settings with { Rounds = int.Parse(args[++i], CultureInfo.InvariantCulture) },
                "--workers" => settings with { Workers = int.Parse(args[++i], CultureInfo.InvariantCulture) },
                "--value" => settings with { ValueBytes = int.Parse(args[++i], CultureInfo.InvariantCulture) },
                "--nodes" => settings with { Memcached = args[++i] == "memcached" },
                _ => settings,
            };
            if (!args[i].StartsWith('-') && LoadBench.IsScenario(args[i]))
                scenarios.Add(args[i]);
        }

        if (scenarios.Count == 0)
            scenarios.AddRange(LoadBench.AllScenarios);
        return settings;
    }
}
