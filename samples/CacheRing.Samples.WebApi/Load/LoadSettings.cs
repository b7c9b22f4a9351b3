using System.Globalization;

namespace CacheRing.Samples.WebApi.Load;

/// <summary>Whom the load meets, and how much of it there is.</summary>
internal sealed record LoadSettings
{
    public Uri Url { get; private init; } = new("http://127.0.0.1:5080");

    public int Seconds { get; private init; } = 20;

    public int Visitors { get; private init; } = 32;

    public int Products { get; private init; } = 300;

    /// <exception cref="ArgumentException">An option is unknown or has no usable value.</exception>
    public static LoadSettings Parse(string[] args)
    {
        LoadSettings settings = new();
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]} has no value.");
            settings = args[i] switch
            {
                "--url" => settings with { Url = Uri.TryCreate(value, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" ? url : throw new ArgumentException($"'{value}' is no address. Write http://host:port.") },
                "--seconds" => settings with { Seconds = Number(value) },
                "--visitors" => settings with { Visitors = Number(value) },
                "--products" => settings with { Products = Number(value) },
                _ => throw new ArgumentException($"There is no option {args[i]}."),
            };
        }

        return settings;
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= 10_000
            ? number
            : throw new ArgumentException($"'{text}' is no number from 1 to 10,000.");
}
