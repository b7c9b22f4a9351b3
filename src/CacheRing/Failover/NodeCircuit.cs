using Polly;
using Polly.CircuitBreaker;
using Polly.Telemetry;

namespace CacheRing.Failover;

/// <summary>
/// One node's circuit breaker, which is Polly's. Calls do not run inside it: failures are told to it, and it opens after so
/// many in a row. A success is told only while there are failures to forget, so that a healthy call costs one volatile read.
/// While it is open it lets one trial through at a time, further apart each time that it fails.
/// </summary>
internal sealed class NodeCircuit
{
    // Failures further apart than this are no row.
    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(60);

    private readonly CircuitBreakerManualControl _control = new();
    private readonly ResiliencePipeline _breaker;
    private readonly CircuitSettings _settings;
    private volatile bool _hasFailures;
    private volatile bool _isOpen;
    private volatile NodeException? _opening;

    public NodeCircuit(CircuitSettings settings)
    {
        _settings = settings;
        ResiliencePipelineBuilder builder = new() { Name = CacheRingDiagnostics.MeterName, InstanceName = settings.Node, TimeProvider = settings.Time };
        builder.ConfigureTelemetry(settings.Telemetry);
        _breaker = builder.AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            Name = "node",
            FailureRatio = 1,
            MinimumThroughput = settings.Failures,
            SamplingDuration = Sampling,
            BreakDurationGenerator = arguments => new ValueTask<TimeSpan>(PauseAfter(arguments.HalfOpenAttempts)),
            ShouldHandle = static arguments => new ValueTask<bool>(arguments.Outcome.Exception is not null),
            ManualControl = _control,
            OnOpened = arguments =>
            {
                _isOpen = true;
                _settings.OnOpened(arguments.Outcome.Exception as NodeException ?? _opening);
                return default;
            },
            OnHalfOpened = _ =>
            {
                _settings.OnHalfOpened();
                return default;
            },
            OnClosed = _ =>
            {
                _isOpen = false;
                _settings.OnClosed();
                return default;
            },
        }).Build();
    }

    public bool IsOpen => _isOpen;

    /// <summary>Whether a success would be news.</summary>
    public bool HasFailures => _hasFailures;

    /// <summary>Tells of a failed call; of one that will go on failing as if it were all that it takes.</summary>
    public async ValueTask FailedAsync(NodeException failure, bool isLasting)
    {
        _hasFailures = true;
        _opening = failure;
        for (int i = isLasting ? _settings.Failures : 1; i > 0 && !_isOpen; i--)
        {
            ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false);
            await _breaker.ExecuteOutcomeAsync(
                static (_, failure) => new ValueTask<Outcome<bool>>(Outcome.FromException<bool>(failure)), context, failure).ConfigureAwait(false);
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Forgets the failures.</summary>
    public async ValueTask SucceededAsync()
    {
        _hasFailures = false;
        await _control.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Runs a trial if the circuit lets one through. It closes when that succeeds.
    /// </summary>
    /// <returns>How long to wait before the next; null when it succeeded.</returns>
    public async ValueTask<TimeSpan?> TryAsync(Func<CancellationToken, ValueTask> trial, CancellationToken token)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, token);
        Outcome<bool> outcome = await _breaker.ExecuteOutcomeAsync(
            static async (context, trial) =>
            {
                try
                {
                    await trial(context.CancellationToken).ConfigureAwait(context.ContinueOnCapturedContext);
                    return Outcome.FromResult(true);
                }
#pragma warning disable CA1031 // Whatever it is, the trial has failed, and the circuit is to know.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    return Outcome.FromException<bool>(error);
                }
            },
            context,
            trial).ConfigureAwait(false);
        ResilienceContextPool.Shared.Return(context);
        if (outcome.Exception is null)
        {
            _hasFailures = false;
            return null;
        }

        // What it says is left may have passed since it looked.
        TimeSpan pause = outcome.Exception is BrokenCircuitException { RetryAfter: { } left } ? left : _lastPause;
        return pause > TimeSpan.Zero ? pause : TimeSpan.Zero;
    }

    private TimeSpan _lastPause;

    private TimeSpan PauseAfter(int attempts)
    {
        TimeSpan pause = Backoff.After(attempts, _settings.Shortest, _settings.Longest);
        _lastPause = pause;
        return pause;
    }
}

/// <summary>What a circuit is made from.</summary>
internal sealed record CircuitSettings(
    string Node,
    int Failures,
    TimeSpan Shortest,
    TimeSpan Longest,
    TimeProvider Time,
    TelemetryOptions Telemetry,
    Action<NodeException?> OnOpened,
    Action OnHalfOpened,
    Action OnClosed);
