namespace CacheRing.IntegrationTests.Contract;

/// <summary>Three servers of one kind, and a side door to look at what is on them.</summary>
public interface IBackend : IAsyncDisposable
{
    IReadOnlyList<string> Endpoints { get; }

    /// <summary>Milliseconds that a stored key has left on a node, -1 for ever, -2 when it is not there.</summary>
    Task<long> TimeLeftAsync(int node, string storedKey);

    /// <summary>Gives a stored key another time to live.</summary>
    Task ExpireAsync(int node, string storedKey, TimeSpan timeToLive);
}
