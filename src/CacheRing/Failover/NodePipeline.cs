using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace CacheRing.Failover;

/// <summary>
/// What is around the calls to one node: by default retries and a timeout around reads that have failed, and nothing around
/// others; with <see cref="FailoverOptions.ConfigurePipeline"/> the user's pipeline around all.
/// </summary>
internal sealed class NodePipeline
{
    private readonly ResiliencePipeline _pipeline;
    private readonly string _node;

    public NodePipeline(string node, GuardSettings settings)
    {
        FailoverOptions options = settings.Options;
        _node = node;
        IsUsers = options.ConfigurePipeline is not null;
        ResiliencePipelineBuilder builder = new() { Name = CacheRingDiagnostics.MeterName, InstanceName = node, TimeProvider = settings.Time };
        builder.ConfigureTelemetry(IsUsers ? settings.Telemetry : settings.QuietTelemetry);
        if (options.ConfigurePipeline is { } configure)
        {
            configure(builder, node);
        }
        else if (options.Retries > 0)
        {
            builder
                .AddTimeout(new TimeoutStrategyOptions { Name = "reads", Timeout = options.OperationTimeout })
                .AddRetry(new RetryStrategyOptions
                {
                    Name = "reads",
                    MaxRetryAttempts = options.Retries,
                    Delay = options.RetryDelay,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    ShouldHandle = static arguments => new ValueTask<bool>(
                        arguments.Outcome.Exception is NodeException failure && FailureClasses.IsWorthARetry(failure.Kind)),
                });
        }

        _pipeline = builder.Build();
        CanRetry = !IsUsers && options.Retries > 0;
    }

    /// <summary>Whether every call goes through a pipeline of the user's.</summary>
    public bool IsUsers { get; }

    /// <summary>Whether reads that have failed are tried again.</summary>
    public bool CanRetry { get; }

    /// <summary>Makes a call; in the user's pipeline, where there is one.</summary>
    /// <exception cref="NodeException">The node did not answer, or the pipeline did not let the call through.</exception>
    public async ValueTask<TResult> CallAsync<TResult>(Func<CancellationToken, ValueTask<TResult>> call, CancellationToken token)
    {
        if (!IsUsers)
            return await call(token).ConfigureAwait(false);
        try
        {
            return await _pipeline.ExecuteAsync(call, token).ConfigureAwait(false);
        }
        catch (ExecutionRejectedException rejection)
        {
            throw Of(rejection);
        }
    }

    /// <summary>Tries a read again that has failed.</summary>
    /// <exception cref="NodeException">It did not succeed.</exception>
    public async ValueTask<TResult> RetryAsync<TResult>(
        NodeException failure, Func<CancellationToken, ValueTask<TResult>> read, CancellationToken token)
    {
        // The attempt that has failed was the first.
        bool isFirst = true;
        try
        {
            return await _pipeline.ExecuteAsync(
                async token =>
                {
                    if (isFirst)
                    {
                        isFirst = false;
                        throw failure;
                    }

                    return await read(token).ConfigureAwait(false);
                },
                token).ConfigureAwait(false);
        }
        catch (ExecutionRejectedException)
        {
            throw failure;
        }
    }

    private NodeException Of(ExecutionRejectedException rejection) => rejection is TimeoutRejectedException
        ? new NodeException(_node, NodeFailureKind.Timeout, $"Node '{_node}' did not answer in the time that Failover.ConfigurePipeline allows.", rejection)
        {
            MayTakeEffect = true,
        }
        : new NodeException(_node, NodeFailureKind.Unreachable, $"Node '{_node}' was not asked: the pipeline of Failover.ConfigurePipeline let no call through.", rejection);
}
