using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.DependencyInjection;

/// <inheritdoc cref="IShardedCacheBuilder"/>
internal sealed record ShardedCacheBuilder(IServiceCollection Services, string Name, object? ServiceKey) : IShardedCacheBuilder;
