using System.Globalization;

namespace CacheRing.Memcached;

/// <summary>What a server counts, as far as it says something about a cache.</summary>
/// <param name="Version">The server's.</param>
/// <param name="ProcessId">Of the server; another one after a restart.</param>
/// <param name="StartedAt">By the server's clock, to the second.</param>
/// <param name="Items">How many it holds.</param>
/// <param name="Bytes">How much memory they take.</param>
/// <param name="LimitBytes">How much they may take (<c>-m</c>).</param>
/// <param name="Evictions">How many it dropped to make room, since it started.</param>
/// <param name="Hits">Reads that found something, since it started.</param>
/// <param name="Misses">Reads that did not.</param>
internal sealed record MemcachedStatistics(
    string Version, int ProcessId, DateTimeOffset StartedAt, long Items, long Bytes, long LimitBytes, long Evictions, long Hits, long Misses)
{
    public static MemcachedStatistics Of(IReadOnlyDictionary<string, string> counted)
    {
        return new MemcachedStatistics(
            counted.GetValueOrDefault("version", ""),
            (int)Number("pid"),
            DateTimeOffset.FromUnixTimeSeconds(Number("time") - Number("uptime")),
            Number("curr_items"),
            Number("bytes"),
            Number("limit_maxbytes"),
            Number("evictions"),
            Number("get_hits"),
            Number("get_misses"));

        long Number(string name) =>
            long.TryParse(counted.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
    }
}
