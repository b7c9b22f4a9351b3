namespace CacheRing.IntegrationTests.Contract;

/// <summary>Three servers of one kind, each of which can be made to fail.</summary>
public interface IBreakableServers : IAsyncDisposable
{
    IReadOnlyList<string> Endpoints { get; }

    Task KillAsync(int node);

    /// <summary>Empty, at the same address.</summary>
    Task RestartAsync(int node);

    void Freeze(int node);

    void Thaw(int node);
}
