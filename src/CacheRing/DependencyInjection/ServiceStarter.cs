using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CacheRing.DependencyInjection;

/// <summary>
/// Makes a service when the host starts, so that its connections are under way, and its nodes' messages heard, before the first
/// request.
/// </summary>
internal sealed class ServiceStarter<TService> : IHostedService
    where TService : notnull
{
    private readonly IServiceProvider _services;
    private readonly object? _serviceKey;

    public ServiceStarter(IServiceProvider services, object? serviceKey)
    {
        _services = services;
        _serviceKey = serviceKey;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = _serviceKey is null
            ? _services.GetRequiredService<TService>()
            : _services.GetRequiredKeyedService<TService>(_serviceKey);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
