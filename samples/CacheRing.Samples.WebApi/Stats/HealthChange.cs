namespace CacheRing.Samples.WebApi.Stats;

/// <summary>A node's health has changed; the reason is the failure that led to it, if one did.</summary>
internal sealed record HealthChange(DateTimeOffset At, string Node, NodeHealth From, NodeHealth To, NodeFailureKind? Reason);
