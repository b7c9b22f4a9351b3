using System.Globalization;

namespace CacheRing.Benchmarks.Load;

/// <summary>What the load command is asked for.</summary>
internal sealed record LoadOptions
{
    public const string Usage = """
        load [--nodes redis=3|memcached=3]  the servers beneath CacheRing; its peers are on as many redis-servers (default redis=3)
             [--workers 64]      callers at the same time, each with one call under way
             [--value 1024]      bytes a value
             [--keys 10000]      keys, all present before it begins
             [--mix 90/10]       reads and writes, in percent
             [--seconds 10]      for each contender, in slices of 250 ms by turns
             [--peers raw,rediscache,buffer,sliding,rediscache-sliding]   beside CacheRing; the first is what the ratios are to
        """;

    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(250);

    public string Kind { get; private init; } = "redis";

    public int Nodes { get; private init; } = 3;

    public int Workers { get; private init; } = 64;

    public int ValueBytes { get; private init; } = 1024;

    public int Keys { get; private init; } = 10_000;

    public int ReadPercent { get; private init; } = 90;

    public TimeSpan Duration { get; private init; } = TimeSpan.FromSeconds(10);

    public IReadOnlyList<string> Peers { get; private init; } = ["raw", "rediscache"];

    public TimeSpan SliceLength => Duration < Slice ? Duration : Slice;

    public int Rounds => Math.Max(1, (int)(Duration / SliceLength));

    /// <exception cref="ArgumentException">An option is unknown, or cannot be used; the message says what can.</exception>
    public static LoadOptions Parse(IReadOnlyList<string> args)
    {
        LoadOptions options = new();
        for (int i = 0; i < args.Count; i += 2)
        {
            string value = i + 1 < args.Count ? args[i + 1] : throw new ArgumentException($"{args[i]} has no value.\n{Usage}");
            options = args[i] switch
            {
                "--nodes" => options.OnNodes(value),
                "--workers" => options with { Workers = Number(value) },
                "--value" => options with { ValueBytes = Number(value) },
                "--keys" => options with { Keys = Number(value) },
                "--mix" => options.WithMix(value),
                "--seconds" => options with { Duration = Seconds(value) },
                "--peers" => options with { Peers = value.Split(',', StringSplitOptions.RemoveEmptyEntries) },
                _ => throw new ArgumentException($"There is no option {args[i]}.\n{Usage}"),
            };
        }

        string? unknown = options.Peers.FirstOrDefault(static peer => !LoadContenders.Known.Contains(peer));
        return unknown is null ? options : throw new ArgumentException($"There is no peer '{unknown}'. Take of {string.Join(", ", LoadContenders.Known)}.");
    }

    private LoadOptions OnNodes(string text)
    {
        string[] parts = text.Split('=');
        return parts is ["redis" or "memcached", _]
            ? this with { Kind = parts[0], Nodes = Number(parts[1]) }
            : throw new ArgumentException($"'{text}' names no servers. Write redis=3 or memcached=3.");
    }

    private LoadOptions WithMix(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2 && Number(parts[0], 0) + Number(parts[1], 0) == 100
            ? this with { ReadPercent = Number(parts[0], 0) }
            : throw new ArgumentException($"'{text}' is no mix. Write reads/writes in percent, as 90/10.");
    }

    private static TimeSpan Seconds(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new ArgumentException($"'{text}' are no seconds. Write a number up to 3600.");

    private static int Number(string text, int least = 1) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw new ArgumentException($"'{text}' is no number from {least} on.");
}
