using System.Text.Json;
using System.Text.Json.Serialization;

namespace CacheRing.Samples.WebApi.Stats;

/// <summary>What <c>/stats</c> answers: the nodes in the configured order, the changes from the oldest to the latest.</summary>
internal sealed record StatsAnswer(IReadOnlyList<NodeStats> Nodes, ReadCount Total, LoadCount Database, IReadOnlyList<HealthChange> HealthChanges);

/// <summary>One node, as this app sees it now.</summary>
internal sealed record NodeStats(string Name, NodeHealth Health, int QueuedKeys, NodeFailureKind? LastFailure, ReadCount Reads, long LoadsSpared);

/// <summary>How the answer becomes JSON; with names for the enums and on lines of its own, because people read it.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(StatsAnswer))]
internal sealed partial class StatsJson : JsonSerializerContext;
