using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CacheRing.DependencyInjection;

/// <summary>Makes the cache when the host starts, so that its connections are under way before the first request.</summary>
internal sealed class ShardedCacheStarter : IHostedService
{
    private readonly IServiceProvider _services;
    private readonly object? _serviceKey;

    public ShardedCacheStarter(IServiceProvider services, object? serviceKey)
    {
        _services = services;
        _serviceKey = serviceKey;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = _serviceKey is null
            ? _services.GetRequiredService<IShardedCache>()
            : _services.GetRequiredKeyedService<IShardedCache>(_serviceKey);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
