using CacheRing.Entries;
using Microsoft.Extensions.Logging;
using Polly.Telemetry;

namespace CacheRing.Failover;

/// <summary>What the guards of one cache have in common.</summary>
internal sealed record GuardSettings(
    FailoverOptions Options,
    bool HasGenerations,
    GenerationClock Clock,
    OutageWatch Outages,
    TelemetryOptions Telemetry,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>Where the stamps of this cache's entries come from.</summary>
    public StampSource Stamps { get; init; } = new();

    /// <summary>
    /// For pipelines of our own: Polly's events as they are, but quiet in the log, where each failed probe of a node that is down
    /// would be an error. What there is to say is said once, by us.
    /// </summary>
    public TelemetryOptions QuietTelemetry { get; } = new(Telemetry) { SeverityProvider = static _ => ResilienceEventSeverity.Debug };

    /// <summary>Whether a rule is in force: always, but for tests of the tests.</summary>
    public bool Has(Protections protection) => (Options.Protections & protection) != 0;

    /// <summary>How long a generation counts as confirmed, in the clock's ticks.</summary>
    public long FreshTicks { get; } = Options.FenceCheck == FenceCheck.EveryRead
        ? 0
        : (long)(Options.FenceCheckInterval.TotalSeconds * Time.TimestampFrequency);
}
