namespace CacheRing.Testing.Hosting;

/// <summary>Where one server runs: it starts, dies, freezes and comes back on the same host and port.</summary>
internal interface IServerHost : IAsyncDisposable
{
    string Host { get; }

    int Port { get; }

    /// <summary>The id of the process on this machine; 0 when there is none, or when it is in a container.</summary>
    int Pid { get; }

    bool IsRunning { get; }

    /// <summary>Starts a server that is down and returns when it answers. Without <paramref name="keepData"/> nothing of its former life is left.</summary>
    Task StartAsync(bool keepData, CancellationToken cancellationToken);

    /// <summary>Ends the server as a crash would, and returns when it is gone.</summary>
    Task KillAsync();

    /// <summary>Asks the server to end, and returns when it is gone.</summary>
    Task StopAsync();

    void Suspend();

    void Resume();
}
