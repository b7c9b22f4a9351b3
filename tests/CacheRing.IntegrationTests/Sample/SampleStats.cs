using System.Text.Json;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>What the sample's <c>/stats</c> says, taken from its text.</summary>
internal sealed record SampleStats(IReadOnlyDictionary<string, SampleNode> Nodes, SampleReads Total, SampleLoads Database, IReadOnlyList<SampleChange> Changes)
{
    public static SampleStats Of(SampleReply reply) => new(
        reply.Body.GetProperty("nodes").EnumerateArray().Select(SampleNode.Of).ToDictionary(static node => node.Name),
        SampleReads.Of(reply.Body.GetProperty("total")),
        SampleLoads.Of(reply.Body.GetProperty("database")),
        [.. reply.Body.GetProperty("healthChanges").EnumerateArray().Select(SampleChange.Of)]);
}

internal sealed record SampleNode(string Name, string Health, int QueuedKeys, string? LastFailure, SampleReads Reads, long LoadsSpared)
{
    public static SampleNode Of(JsonElement node) => new(
        node.GetProperty("name").GetString()!,
        node.GetProperty("health").GetString()!,
        node.GetProperty("queuedKeys").GetInt32(),
        node.GetProperty("lastFailure").GetString(),
        SampleReads.Of(node.GetProperty("reads")),
        node.GetProperty("loadsSpared").GetInt64());
}

internal sealed record SampleReads(long Hits, long Misses, long Failed, double? HitRate)
{
    public static SampleReads Of(JsonElement reads) => new(
        reads.GetProperty("hits").GetInt64(),
        reads.GetProperty("misses").GetInt64(),
        reads.GetProperty("failed").GetInt64(),
        reads.GetProperty("hitRate") is { ValueKind: JsonValueKind.Number } rate ? rate.GetDouble() : null);
}

internal sealed record SampleLoads(long Loads, long Spared)
{
    public static SampleLoads Of(JsonElement loads) => new(loads.GetProperty("loads").GetInt64(), loads.GetProperty("loadsSpared").GetInt64());
}

internal sealed record SampleChange(DateTimeOffset At, string Node, string From, string To, string? Reason)
{
    public static SampleChange Of(JsonElement change) => new(
        change.GetProperty("at").GetDateTimeOffset(),
        change.GetProperty("node").GetString()!,
        change.GetProperty("from").GetString()!,
        change.GetProperty("to").GetString()!,
        change.GetProperty("reason").GetString());
}
