using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>
/// Keeps one connection, in the background and for as long as it takes. While there is none, calls fail at once; but for
/// those made before the first attempt has ended, which wait for it.
/// </summary>
internal sealed class MemcachedLink : IAsyncDisposable
{
    // A server that was restarted is back within milliseconds, one that is down deserves no storm of attempts.
    private const int FirstPauseFraction = 16;

    private readonly CancellationTokenSource _disposing = new();
    private readonly TaskCompletionSource _firstAttemptEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemcachedConnector _connector;
    private readonly MemcachedSettings _settings;
    private readonly MemcachedContext _context;
    private readonly TimeProvider _time;
    private volatile MemcachedConnection? _connection;
    private volatile Exception _lastFailure;
    private Task _firstAttempt = Task.CompletedTask;
    private Task _connecting = Task.CompletedTask;

    public MemcachedLink(MemcachedConnector connector, MemcachedSettings settings, MemcachedContext context, TimeProvider time)
    {
        _connector = connector;
        _settings = settings;
        _context = context;
        _time = time;
        _lastFailure = context.Faults.Of(NodeFailureKind.Unreachable);
    }

    public void Start()
    {
        _firstAttempt = FirstAttemptAsync();
        _connecting = ConnectAsync(_disposing.Token);
    }

    public void Send(MemcachedCommand command)
    {
        if (_connection is { } connection)
            connection.Send(command);
        else if (_firstAttempt.IsCompleted)
            command.TryFail(MemcachedFaults.Unsent(_lastFailure));
        else
            _ = SendWhenConnectedAsync(command);
    }

    public void Beat() => _connection?.Beat();

    public bool IsConnected => _connection is { IsOpen: true };

    public ConnectionSigns ReadSigns() => _connection?.ReadSigns() ?? default;

    public void Abandon(NodeException reason) => _connection?.Close(reason);

    public async ValueTask DisposeAsync()
    {
        ObjectDisposedException reason = new(_settings.ToString());
        _lastFailure = reason;
        await _disposing.CancelAsync().ConfigureAwait(false);
        _connection?.Close(reason);
        await _connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _firstAttemptEnded.TrySetResult();
    }

    // One deadline for all who wait.
    private async Task FirstAttemptAsync() =>
        await _firstAttemptEnded.Task.WaitAsync(_settings.Timings.FirstConnect).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task SendWhenConnectedAsync(MemcachedCommand command)
    {
        await _firstAttempt.ConfigureAwait(false);
        if (_connection is { } connection)
            connection.Send(command);
        else
            command.TryFail(MemcachedFaults.Unsent(_lastFailure));
    }

    private async Task ConnectAsync(CancellationToken token)
    {
        // Host start-up runs this; not even the name look-up may hold it up.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

        TimeSpan longest = _settings.Timings.Reconnect;
        TimeSpan shortest = longest / FirstPauseFraction;
        TimeSpan pause = shortest;
        while (!token.IsCancellationRequested)
        {
            long begun = _time.GetTimestamp();
            Exception failure = await ConnectOnceAsync(token).ConfigureAwait(false);
            if (token.IsCancellationRequested)
                return;
            _lastFailure = failure;

            // A server that lets us in and throws us out again is no better than one that is down.
            pause = _time.GetElapsedTime(begun) > _settings.Timings.FirstConnect ? shortest : Longer(pause, longest);
            await Task.Delay(Jittered(pause), _time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Connects, and stays for as long as the connection lives.</summary>
    private async Task<Exception> ConnectOnceAsync(CancellationToken token)
    {
        try
        {
            MemcachedConnection connection = await _connector.OpenAsync(token).ConfigureAwait(false);
            _connection = connection;
            _firstAttemptEnded.TrySetResult();
            _context.Client.Connected();

            // Disposed while connecting: the one who disposes may have looked too early.
            if (token.IsCancellationRequested)
                connection.Close(_lastFailure);
            Exception end = await connection.Ended.ConfigureAwait(false);
            if (!token.IsCancellationRequested)
                _context.Client.Disconnected(_context.Faults.Lost(end));
            return end;
        }
#pragma warning disable CA1031 // Whatever it is, the node is down and is tried again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (!token.IsCancellationRequested)
                _context.Client.ConnectFailed(_context.Faults.Lost(error));
            return error;
        }
        finally
        {
            _connection = null;
            _firstAttemptEnded.TrySetResult();
        }
    }

    private static TimeSpan Longer(TimeSpan pause, TimeSpan longest) => pause + pause < longest ? pause + pause : longest;

    // Between half of it and all of it, so that the clients of a server that comes back do not come in step.
#pragma warning disable CA5394 // No secret depends on it.
    private static TimeSpan Jittered(TimeSpan pause) => pause * (0.5 + (Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
}
