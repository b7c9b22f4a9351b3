using Polly;
using Polly.CircuitBreaker;
using Polly.Telemetry;

namespace CacheRing.Failover;

/// <summary>
/// One node's circuit breaker, which is Polly's: it judges failures in a row, and when the next trial may be made. It keeps nothing of
/// its own: what it decides is told to the <see cref="HealthMonitor"/>. Calls do not run inside it. While it is open it lets one trial
/// through at a time, further apart each time that it fails, and each time that the node is soon given up again.
/// </summary>
internal sealed class NodeCircuit
{
    // Failures further apart than this are no row.
    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(60);

    // A node that is given up again within this time of its return, for the same kind of failure, has not really been back.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestAfterReturns = TimeSpan.FromSeconds(30);

    private readonly CircuitBreakerManualControl _control = new();
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline _breaker;
    private readonly CircuitSettings _settings;
    private volatile NodeException? _opening;
    private TimeSpan _lastPause;
    private NodeFailureKind _openedBy;
    private long _closedAt;
    private int _returnsInVain;

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
            StateProvider = _state,
            OnOpened = arguments =>
            {
                _settings.OnOpened(arguments.Outcome.Exception as NodeException ?? _opening);
                return default;
            },
            OnClosed = _ =>
            {
                _closedAt = _settings.Time.GetTimestamp();
                return default;
            },
        }).Build();
    }

    /// <summary>
    /// Tells of a failure; of one that will not pass by itself as if it were all that it takes. While the circuit is open only a trial
    /// counts.
    /// </summary>
    public async ValueTask FailedAsync(NodeException failure, bool isLasting)
    {
        _opening = failure;
        for (int i = isLasting ? _settings.Failures : 1; i > 0 && _state.CircuitState == CircuitState.Closed; i--)
        {
            ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false);
            await _breaker.ExecuteOutcomeAsync(
                static (_, failure) => new ValueTask<Outcome<bool>>(Outcome.FromException<bool>(failure)), context, failure).ConfigureAwait(false);
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Forgets the failures.</summary>
    public async ValueTask SucceededAsync() => await _control.CloseAsync().ConfigureAwait(false);

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
            return null;

        // What it says is left may have passed since it looked.
        TimeSpan pause = outcome.Exception is BrokenCircuitException { RetryAfter: { } left } ? left : _lastPause;
        return pause > TimeSpan.Zero ? pause : TimeSpan.Zero;
    }

    private TimeSpan PauseAfter(int attempts)
    {
        if (attempts == 0)
            CountReturn();
        _lastPause = _returnsInVain == 0
            ? Backoff.After(attempts, _settings.Shortest, _settings.Longest)
            : Backoff.After(attempts + _returnsInVain, _settings.Shortest, _settings.Longest > LongestAfterReturns ? _settings.Longest : LongestAfterReturns);
        return _lastPause;
    }

    private void CountReturn()
    {
        NodeFailureKind kind = _opening?.Kind ?? NodeFailureKind.ServerError;

        // Where there is no connection its return is proven by one. A node that answers, and greets us well, may refuse what comes next.
        bool isAnswer = FailureClasses.Of(kind) != FailureClass.OfTheConnection;
        bool isSoon = isAnswer && _closedAt != 0 && kind == _openedBy && _settings.Time.GetElapsedTime(_closedAt) < Soon;
        _returnsInVain = isSoon ? _returnsInVain + 1 : 0;
        _openedBy = kind;
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
    Action<NodeException?> OnOpened);
