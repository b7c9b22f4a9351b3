using Polly;

namespace CacheRing.IntegrationTests.History;

/// <summary>A strategy of a user's pipeline in which something happens between the beginning of one call and what it sends.</summary>
internal sealed class BeforeCallStrategy : ResilienceStrategy
{
    /// <summary>What is to happen before the next call is sent; null when it has.</summary>
    public Func<Task>? Next { get; set; }

    public bool IsDone => Next is null;

    protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        if (Next is { } next)
        {
            Next = null;
            await next();
        }

        return await callback(context, state);
    }

    internal sealed class Options : ResilienceStrategyOptions;
}
