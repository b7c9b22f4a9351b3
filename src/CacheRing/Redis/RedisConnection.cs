using System.Net;
using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// One multiplexer, connected in the background and for as long as it takes. Before the first attempt has ended callers
/// wait for it, for a bounded time; afterwards nobody waits.
/// </summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(5);

    private readonly RedisNodeSettings _settings;
    private readonly ConnectionTunnel _tunnel;
    private readonly CancellationTokenSource _disposing = new();
    private readonly TaskCompletionSource _firstAttemptEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _firstAttempt = Task.CompletedTask;
    private IConnectionMultiplexer? _multiplexer;
    private volatile IDatabase? _database;
    private volatile Exception? _lastFailure;
    private readonly ForeignPulse _foreign = new();
    private volatile NodeException? _abandonedFor;
    private volatile RedisRefusal? _refusal;
    private volatile CancellationTokenSource _abandoned = new();
    private bool _isUp;
    private volatile bool _hasServed;
    private INodeClient _client = null!;
    private Task _connecting = Task.CompletedTask;

    public RedisConnection(RedisNodeSettings settings)
    {
        _tunnel = new ConnectionTunnel(
            settings.Configuration?.Tunnel,
            settings.Configuration?.SharedSubscriptionConnection ?? false,
            () => _onSubscriptionTouched(),
            () => _client.Sending(),
            settings.Names,
            settings.Timings.Connect);
        settings.Configuration?.Tunnel = _tunnel;
        settings.Configuration?.ConnectionAttemptCompleted += OnAttempted;
        _settings = settings;
    }

    /// <summary>Null until a multiplexer is there. One that has lost its server stays: it fails fast and reconnects.</summary>
    public IDatabase? Database => _database;

    /// <summary>
    /// The connection's number. Of a multiplexer that is the user's the driver tells us late that there is a new one.
    /// </summary>
    public int Epoch => _tunnel.Epoch;

    /// <summary>Whether the driver may be asked for what it calls administration.</summary>
    public bool IsOwn => _settings.Factory is null;

    public bool IsDisposed => _disposing.IsCancellationRequested;

    /// <summary>Whether there is a connection on which commands can be sent.</summary>
    public bool IsConnected => _multiplexer is { IsConnected: true } && !IsDisposed;

    /// <summary>Cancelled when the connection is given up; for calls on a multiplexer that is not ours to shut down.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <param name="client">Told of each connection that is ready for use or was lost.</param>
    public void Start(INodeClient client)
    {
        _client = client;
        _firstAttempt = FirstAttemptAsync();
        _connecting = ConnectAsync(_disposing.Token);
    }

    /// <summary>The pause after the next attempt that fails.</summary>
    public static TimeSpan Longer(TimeSpan pause) => pause + pause < LongestBackoff ? pause + pause : LongestBackoff;

    /// <summary>Waits for the first attempt to connect, if that is still under way.</summary>
    /// <exception cref="RedisConnectionException">There is no connection.</exception>
    public async ValueTask<IDatabase> FirstConnectionAsync(CancellationToken token)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        await _firstAttempt.WaitAsync(token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        token.ThrowIfCancellationRequested();
        return _database ?? throw Unconnected(_lastFailure);
    }

    /// <summary>What the connection in use shows of the server.</summary>
    public ConnectionSigns ReadSigns()
    {
        if (_multiplexer is not { } multiplexer || IsDisposed)
            return default;
        ConnectionCounters counters = multiplexer.GetCounters().Interactive;
        bool isAwaiting = counters.SentItemsAwaitingResponse + counters.PendingUnsentItems > 0;
        return IsOwn ? _tunnel.ReadSigns(isAwaiting) : _foreign.Read(Epoch, counters, isAwaiting);
    }

    /// <summary>Ends the connection in use, and with it every call under way.</summary>
    public void Abandon(NodeException reason)
    {
        _abandonedFor = reason;
        if (IsOwn)
            _tunnel.ShutDown();
        else
            _ = Interlocked.Exchange(ref _abandoned!, new CancellationTokenSource())!.CancelAsync();
    }

    /// <summary>The kind and the way out of what the driver reported.</summary>
    /// <exception cref="ObjectDisposedException">It was reported because the node has been disposed.</exception>
    public NodeException Explain(Exception error, bool isWrite)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        NodeFailureKind kind = RedisFaults.KindOf(error);

        // That the connection was lost is our own doing then; why, was said to us.
        if (kind == NodeFailureKind.Unreachable && _abandonedFor is { } reason)
            return new NodeException(_settings.Name, reason.Kind, reason.Message, error) { MayTakeEffect = RedisFaults.MayTakeEffect(error) };

        // Why there is no connection the last attempt has said; why a command was refused, its answer.
        RedisRefusal? refusal = RedisRefusals.In(error, _database?.Database ?? 0) ?? (error is RedisConnectionException ? _refusal : null);
        if (refusal is not null)
            kind = refusal.Kind;

        // The driver itself holds writes back from a replica, and calls that "no connection".
        else if (isWrite && kind is NodeFailureKind.Unreachable or NodeFailureKind.ServerError && IsConnectedReplica())
            kind = NodeFailureKind.ReadOnly;

        // A call made between two attempts says only that there is no connection; the attempt itself says why.
        else if (kind == NodeFailureKind.Unreachable && _lastFailure is RedisException or TimeoutException && _lastFailure is { } last)
            kind = RedisFaults.KindOf(last);

        // It has closed the connection on which a read was waited for. That is all it says of an answer that it may not send.
        string what = refusal?.Text
            ?? (kind == NodeFailureKind.Unreachable && !isWrite && error is RedisConnectionException { CommandStatus: CommandStatus.Sent }
                ? RedisFaults.LostRead
                : RedisFaults.Describe(kind));
        return new NodeException(_settings.Name, kind, $"Node '{_settings.Name}'{Address()} {what}.", error)
        {
            MayTakeEffect = RedisFaults.MayTakeEffect(error),
        };
    }

    /// <summary>A failure that the server's own answers show.</summary>
    public NodeException Fail(NodeFailureKind kind) => Fail(new RedisRefusal(kind, RedisFaults.Describe(kind)));

    public NodeException Fail(RedisRefusal refusal) => new(_settings.Name, refusal.Kind, $"Node '{_settings.Name}'{Address()} {refusal.Text}.");

    public async ValueTask DisposeAsync()
    {
        if (IsDisposed)
            return;
        await _disposing.CancelAsync().ConfigureAwait(false);

        // Bounded, since a user's factory may never come back.
        await _connecting.WaitAsync(_settings.Timings.FirstConnect).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _firstAttemptEnded.TrySetResult();
        if (_multiplexer is not { } multiplexer)
            return;

        multiplexer.ConnectionFailed -= OnConnectionFailed;
        multiplexer.ConnectionRestored -= OnConnectionRestored;
        await CloseOwnAsync(multiplexer).ConfigureAwait(false);
    }

    // One deadline for all who wait: an attempt that never ends must not cost each call a wait of its own.
    private async Task FirstAttemptAsync() =>
        await _firstAttemptEnded.Task.WaitAsync(_settings.Timings.FirstConnect).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task ConnectAsync(CancellationToken token)
    {
        // Host start-up runs this; not even the name look-up may hold it up.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

        for (TimeSpan pause = _settings.Timings.Reconnect; !token.IsCancellationRequested; pause = Longer(pause))
        {
            try
            {
                IConnectionMultiplexer multiplexer = await OpenAsync().ConfigureAwait(false);
                if (token.IsCancellationRequested)
                {
                    await CloseOwnAsync(multiplexer).ConfigureAwait(false);
                    return;
                }

                multiplexer.ConnectionFailed += OnConnectionFailed;
                multiplexer.ConnectionRestored += OnConnectionRestored;
                _multiplexer = multiplexer;
                _database = multiplexer.GetDatabase();
                if (multiplexer.IsConnected)
                    OnUp();
                else if (!IsOwn)
                    _client.ConnectFailed(Explain(Unconnected(_lastFailure), isWrite: false));
                _onSubscriptionTouched();
                return;
            }
#pragma warning disable CA1031 // Whatever a user's factory throws, the node is down and is tried again.
            catch (Exception error)
#pragma warning restore CA1031
            {
                _lastFailure = error;
                if (!IsOwn && !IsDisposed)
                    _client.ConnectFailed(Explain(Unconnected(error), isWrite: false));
            }
            finally
            {
                _firstAttemptEnded.TrySetResult();
            }

            await Task.Delay(pause, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<IConnectionMultiplexer> OpenAsync() =>
        _settings.Factory is { } factory
            ? await factory().ConfigureAwait(false)
            : await ConnectionMultiplexer.ConnectAsync(_settings.Configuration!).ConfigureAwait(false);

    // A multiplexer that the user's factory gave may serve others too; it is the user's to close.
    private async Task CloseOwnAsync(IConnectionMultiplexer multiplexer)
    {
        if (_settings.Factory is not null)
            return;

        // Not waiting for what a hanging server still owes: an app's shutdown would hang with it.
        await multiplexer.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
        await multiplexer.DisposeAsync().ConfigureAwait(false);
    }

    private static RedisConnectionException Unconnected(Exception? reason) =>
        new(ConnectionFailureType.UnableToConnect, CommandFlags.None, "There is no connection yet.", reason);

    /// <summary>Whether the server was a replica when the driver connected to it.</summary>
    public bool IsConnectedReplica()
    {
        try
        {
            IServer[] connected = _multiplexer is { } multiplexer
                ? [.. multiplexer.GetEndPoints().Select(endpoint => multiplexer.GetServer(endpoint)).Where(static server => server.IsConnected)]
                : [];
            return connected.Length > 0 && Array.TrueForAll(connected, static server => server.IsReplica);
        }
#pragma warning disable CA1031 // A user's multiplexer may be behind a proxy, or disposed, and then refuses to tell.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private string Address()
    {
        EndPoint? endpoint = _multiplexer?.GetEndPoints().FirstOrDefault() ?? _settings.Configuration?.EndPoints.FirstOrDefault();
        return endpoint switch
        {
            null => "",
            DnsEndPoint dns => FormattableString.Invariant($" ({dns.Host}:{dns.Port})"),
            _ => $" ({endpoint})",
        };
    }
}
