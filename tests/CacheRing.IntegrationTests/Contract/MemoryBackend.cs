namespace CacheRing.IntegrationTests.Contract;

/// <summary>Three nodes inside the cache itself; nothing can be seen of them from outside.</summary>
public sealed class MemoryBackend : IBackend
{
    public IReadOnlyList<string> Endpoints { get; } = ["memory://", "memory://", "memory://"];

    public static Task<IBackend> StartAsync() => Task.FromResult<IBackend>(new MemoryBackend());

    public Task<long> TimeLeftAsync(int node, string storedKey) => throw new NotSupportedException();

    public Task ExpireAsync(int node, string storedKey, TimeSpan timeToLive) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => default;
}
