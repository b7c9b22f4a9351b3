using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CacheRing;

/// <summary>
/// Says how a cache's nodes and the write-behind caches over it are, from what is known already: it asks no server, and never
/// waits. A part that is out is <see cref="HealthStatus.Degraded"/>; only if nothing is left, the registration's own status.
/// </summary>
internal sealed class ShardedCacheHealthCheck : IHealthCheck
{
    private readonly IShardedCache _cache;
    private readonly IWriteBehindCache[] _behind;
    private readonly TimeSpan _mostLag;

    public ShardedCacheHealthCheck(IShardedCache cache, IEnumerable<IWriteBehindCache> behind, TimeSpan mostLag)
    {
        _cache = cache;
        _behind = [.. behind];
        _mostLag = mostLag;
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        Findings findings = new(context.Registration.FailureStatus);
        CheckNodes(findings);
        foreach (IWriteBehindCache cache in _behind)
            CheckWrites(cache, findings);
        return Task.FromResult(findings.ToResult());
    }

    private static bool Serves(NodeStatus node) => node.Health is NodeHealth.Healthy or NodeHealth.Suspect;

    private void CheckNodes(Findings findings)
    {
        IReadOnlyList<NodeStatus> nodes = _cache.GetNodes();
        NodeStatus[] silent = [.. nodes.Where(static node => !Serves(node))];
        foreach (NodeStatus node in nodes)
            findings.Data[$"node:{node.Name}"] = node.Health.ToString();
        findings.Data["nodes:queued"] = nodes.Sum(static node => node.QueuedKeys);
        if (silent.Length == 0)
            return;
        string names = string.Join(", ", silent.Select(static node => node.LastFailure is { } failure
            ? $"'{node.Name}' ({node.Health}, {failure.Kind})"
            : $"'{node.Name}' ({node.Health})"));
        findings.Add(
            isWhole: silent.Length == nodes.Count,
            silent.Length == nodes.Count
                ? $"No cache node serves: {names}. Every read is a miss, and goes to the database."
                : string.Create(CultureInfo.InvariantCulture, $"{silent.Length} of {nodes.Count} cache nodes do not serve: {names}. Reads of their keys are misses."),
            silent.Select(static node => node.LastFailure).FirstOrDefault(static failure => failure is not null));
    }

    private void CheckWrites(IWriteBehindCache cache, Findings findings)
    {
        WriteBehindStatus status = cache.Status;
        string prefix = $"writebehind:{cache.Name}:";
        findings.Data[prefix + "pending"] = status.Pending;
        findings.Data[prefix + "pendingBytes"] = status.PendingBytes;
        findings.Data[prefix + "lagSeconds"] = status.Lag.TotalSeconds;
        findings.Data[prefix + "failing"] = status.Failing;
        findings.Data[prefix + "retries"] = status.Retries;
        findings.Data[prefix + "lastBatch"] = status.LastBatch;
        findings.Data[prefix + "deadLetters"] = status.DeadLetters;
        findings.Data[prefix + "storeDown"] = status.IsStoreDown;
        if (status.IsStoreDown)
            findings.Add(isWhole: true, string.Create(CultureInfo.InvariantCulture, $"The store of write-behind cache '{cache.Name}' takes no writes ({status.LastFailure}); {status.Pending} are pending."));
        else if (status.Lag > _mostLag)
            findings.Add(isWhole: false, string.Create(CultureInfo.InvariantCulture, $"The oldest of {status.Pending} pending writes of write-behind cache '{cache.Name}' has waited {status.Lag.TotalSeconds:F0} s for its store ({status.LastFailure ?? "which is slower than the writers"})."));
    }

    /// <summary>What is wrong, the worst of it, and the figures.</summary>
    private sealed class Findings(HealthStatus whole)
    {
        private readonly List<string> _texts = [];
        private HealthStatus _status = HealthStatus.Healthy;
        private Exception? _error;

        public Dictionary<string, object> Data { get; } = [];

        public void Add(bool isWhole, string text, Exception? error = null)
        {
            // Unhealthy is the lowest.
            HealthStatus status = isWhole ? whole : HealthStatus.Degraded;
            _status = status < _status ? status : _status;
            _texts.Add(text);
            _error ??= error;
        }

        public HealthCheckResult ToResult() => new(_status, _texts.Count == 0 ? null : string.Join(' ', _texts), _error, Data);
    }
}
