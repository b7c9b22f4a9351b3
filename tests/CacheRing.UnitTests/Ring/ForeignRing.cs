using System.Globalization;

namespace CacheRing.UnitTests.Ring;

/// <summary>A line of servers.csv: the servers that a file of vectors was read off with.</summary>
public sealed record ForeignRing(string File, KetamaFlavor Flavor, KeyHash KeyHash, bool HashTags, IReadOnlyList<ForeignServer> Servers)
{
    internal static ForeignRing Parse(string line)
    {
        string[] part = line.Split(';');
        return new ForeignRing(
            part[0], Enum.Parse<KetamaFlavor>(part[1]), Enum.Parse<KeyHash>(part[2]), part[3] == "tags", [.. part[4].Split(',').Select(Server)]);
    }

    /// <summary>The text that the client hashes of an address.</summary>
    internal string LabelOf(string address) =>
        Flavor is KetamaFlavor.Libmemcached or KetamaFlavor.Twemproxy && address.EndsWith(":11211", StringComparison.Ordinal)
            ? address[..^":11211".Length]
            : address;

    private static ForeignServer Server(string text)
    {
        string[] named = text.Split('=');
        int weight = named[0].LastIndexOf(':');
        return new ForeignServer(named[0][..weight], int.Parse(named[0].AsSpan(weight + 1), CultureInfo.InvariantCulture), named.ElementAtOrDefault(1));
    }
}

/// <summary>A server, and the name or other text that its client was given for it.</summary>
public sealed record ForeignServer(string Address, int Weight, string? Text);
