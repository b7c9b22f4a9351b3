using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>
/// Opens connections that are fit for use: the name looked up anew each time, TLS agreed on, logged in, the version
/// known to be new enough and a meta command answered, all within the time to connect.
/// </summary>
internal sealed class MemcachedConnector
{
    private readonly MemcachedSettings _settings;
    private readonly MemcachedClock _clock;
    private readonly MemcachedContext _context;
    private readonly MemcachedFaults _faults;
    private readonly TimeProvider _time;
    private readonly HostNames _names;

    public MemcachedConnector(MemcachedSettings settings, MemcachedClock clock, MemcachedContext context, TimeProvider time)
    {
        _settings = settings;
        _clock = clock;
        _context = context;
        _faults = context.Faults;
        _time = time;
        _names = settings.Names;
    }

    /// <exception cref="NodeException">There is no connection; the exception says why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<MemcachedConnection> OpenAsync(CancellationToken token)
    {
        using CancellationTokenSource deadline = new(_settings.Timings.Connect, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(token, deadline.Token);
        Stream? stream = null;
        bool isEncrypting = false;
        try
        {
            Socket socket = await ConnectAsync(either.Token).ConfigureAwait(false);
            SocketPulse pulse = new(socket);
            stream = new PulseStream(new NetworkStream(socket, ownsSocket: true), pulse, _context.Client.Sending);
            isEncrypting = IsEncrypted;
            if (isEncrypting)
                stream = await EncryptAsync(stream, either.Token).ConfigureAwait(false);
            isEncrypting = false;
            return await IntroduceAsync(stream, pulse, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!token.IsCancellationRequested)
        {
            // Connected but not answered: the server hangs. Not connected: there may be no server.
            stream?.Dispose();
            throw isEncrypting ? _faults.SilentToTls(error) : _faults.Of(stream is null ? NodeFailureKind.Unreachable : NodeFailureKind.Timeout, error);
        }
#pragma warning disable CA1031 // Whatever it is, the node cannot be reached.
        catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
        {
            stream?.Dispose();
            NodeException failure = _faults.Lost(error);
            throw stream is null ? failure : failure.AsReached();
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken token)
    {
        string host = _settings.Endpoint.Host;
        IPAddress[] addresses = IPAddress.TryParse(host, out IPAddress? address) ? [address] : await _names.FindAsync(host, token).ConfigureAwait(false);
        return await AddressRace.ConnectAsync(addresses, _settings.Endpoint.Port ?? MemcachedSettings.DefaultPort, TimeProvider.System, token).ConfigureAwait(false);
    }

    private bool IsEncrypted => _settings.Endpoint.Scheme == MemcachedSettings.TlsScheme;

    private async Task<Stream> EncryptAsync(Stream plain, CancellationToken token)
    {
        bool hasCertificate = false;
        SslStream stream = new(plain, leaveInnerStreamOpen: false);
        try
        {
            SslClientAuthenticationOptions options = new()
            {
                TargetHost = _settings.Endpoint.Host,

                // As without it; but one that has a certificate speaks TLS, whatever goes wrong then.
                RemoteCertificateValidationCallback = (_, _, _, problems) =>
                {
                    hasCertificate = true;
                    return problems == SslPolicyErrors.None;
                },
            };
            await stream.AuthenticateAsClientAsync(options, token).ConfigureAwait(false);
            return stream;
        }
        catch (Exception error)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (!hasCertificate && error is (IOException or AuthenticationException))
                throw _faults.NoTls(error);
            throw;
        }
    }

    private async Task<MemcachedConnection> IntroduceAsync(Stream stream, SocketPulse pulse, CancellationToken token)
    {
        MemcachedConnection connection = new(stream, _clock, _faults, _settings.Timings, pulse);
        connection.Start();
        try
        {
            await AskForVersionAsync(connection, token).ConfigureAwait(false);
            await TryMetaAsync(connection, token).ConfigureAwait(false);

            // Before anybody's command: whoever has asked another connection must not take an answer of this one for it.
            connection.Number = _context.NextEpoch();
            return connection;
        }
        catch (Exception error)
        {
            connection.Close(_faults.Lost(error));
            throw;
        }
    }

    /// <summary>Logs in where that is asked for, and refuses a server that would misread what comes later.</summary>
    private async Task AskForVersionAsync(MemcachedConnection connection, CancellationToken token)
    {
        try
        {
            if (_settings.Endpoint is { User: { } user, Password: { } password })
            {
                LoginCommand login = new(_faults, user, password);
                connection.Send(login);
                await login.Task.WaitAsync(token).ConfigureAwait(false);
            }

            VersionCommand asking = new(_faults);
            connection.Send(asking);

            // What says no number may be a fork or a proxy, and has the next command to show what it knows.
            if (await asking.Task.WaitAsync(token).ConfigureAwait(false) is { } version && version.CompareTo(MemcachedVersion.Oldest) < 0)
                throw _faults.TooOld(version);
        }
        catch (NodeException error) when (error.InnerException is IOException)
        {
            throw _faults.ClosedUnanswered(IsEncrypted, error);
        }
    }

    /// <summary>A proxy has the version of a server behind it, and may know less.</summary>
    private async Task TryMetaAsync(MemcachedConnection connection, CancellationToken token)
    {
        try
        {
            NoOperationCommand hello = new(_faults);
            connection.Send(hello);
            await hello.Task.WaitAsync(token).ConfigureAwait(false);
        }
        catch (NodeException error) when (error.InnerException is IOException)
        {
            throw _faults.ClosedAtMeta(error);
        }
    }
}
