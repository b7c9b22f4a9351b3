using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.Patterns;

/// <summary>Runs a load or a write with a service of its own, in a service scope that ends with it.</summary>
internal sealed class ServiceScopes<TService>(IServiceScopeFactory scopes, Func<IServiceProvider, TService> resolve)
{
    public async ValueTask<TResult> UseAsync<TState, TResult>(
        TState state, Func<TService, TState, CancellationToken, ValueTask<TResult>> use, CancellationToken cancellation)
    {
        AsyncServiceScope scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
            return await use(resolve(scope.ServiceProvider), state, cancellation).ConfigureAwait(false);
    }
}
