using CacheRing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CacheRing.DependencyInjection;

/// <summary>Has a write-behind cache begin with what was pending before, and end with as little as possible.</summary>
internal sealed class PendingWritesService<TCache> : IHostedService
    where TCache : notnull
{
    private readonly IServiceProvider _services;
    private readonly string _name;
    private IPendingWrites? _writes;

    public PendingWritesService(IServiceProvider services, string name)
    {
        _services = services;
        _name = name;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // A decorated one sees to itself.
        _writes = _services.GetRequiredKeyedService<TCache>(_name) as IPendingWrites;
        if (_writes is not null)
            await _writes.OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_writes is not null)
            await _writes.DrainAsync(cancellationToken).ConfigureAwait(false);
    }
}
