using System.Globalization;

namespace CacheRing.Benchmarks.Studies;

/// <summary>What to look at and how long: a slice a contender and round, rounds interleaved.</summary>
internal sealed record StudySettings(IReadOnlyList<string> Scenarios, TimeSpan Slice, int Rounds, int Workers, int ValueBytes)
{
    public const int Keys = 10_000;

    public static string Usage =>
        $"""
        study [{string.Join('|', Study.AllScenarios)}]... [--seconds 2] [--rounds 5] [--workers 64] [--value 1024] [--nodes redis|memcached]
        """;

    /// <summary>Every study, no longer than it takes to see that it runs.</summary>
    public static StudySettings Brief => new(Study.AllScenarios, TimeSpan.FromMilliseconds(50), 1, 8, 1024) { IsBrief = true };

    /// <summary>Whether the cache is over Memcached; its peers are on Redis in either case.</summary>
    public bool Memcached { get; init; }

    public bool IsBrief { get; private init; }

    /// <summary>This long; a twentieth of it in a brief run.</summary>
    public TimeSpan Long(double seconds) => TimeSpan.FromSeconds(IsBrief ? seconds / 20 : seconds);

    /// <summary>So many; a fiftieth of them in a brief run.</summary>
    public int Many(int count) => IsBrief ? count / 50 : count;

    /// <exception cref="ArgumentException">An option or a study is unknown.</exception>
    public static StudySettings Parse(IReadOnlyList<string> args)
    {
        List<string> scenarios = [];
        StudySettings settings = new(scenarios, TimeSpan.FromSeconds(2), 5, 64, 1024);
        for (int i = 0; i < args.Count; i++)
        {
            if (Study.AllScenarios.Contains(args[i]))
            {
                scenarios.Add(args[i]);
                continue;
            }

            string value = i + 1 < args.Count ? args[i + 1] : throw new ArgumentException($"There is no study {args[i]}.\n{Usage}");
            settings = args[i++] switch
            {
                "--seconds" => settings with { Slice = TimeSpan.FromSeconds(Number(value)) },
                "--rounds" => settings with { Rounds = (int)Number(value) },
                "--workers" => settings with { Workers = (int)Number(value) },
                "--value" => settings with { ValueBytes = (int)Number(value) },
                "--nodes" => settings with { Memcached = value == "memcached" },
                string unknown => throw new ArgumentException($"There is no option {unknown}.\n{Usage}"),
            };
        }

        if (scenarios.Count == 0)
            scenarios.AddRange(Study.AllScenarios);
        return settings;
    }

    private static double Number(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double number) && number > 0 ? number : throw new ArgumentException($"'{text}' is no number above 0.");
}
