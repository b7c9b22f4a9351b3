using System.Net.Sockets;

namespace CacheRing.IntegrationTests.History;

/// <summary>One connection through a <see cref="LateProxy"/>.</summary>
internal sealed class LateConnection : IDisposable
{
    private readonly Socket _client;
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly LateProxy _proxy;
    private readonly Lock _gate = new();
    private readonly List<byte[]> _kept = [];
    private bool _keeps;
    private bool _isBroken;

    public LateConnection(Socket client, LateProxy proxy)
    {
        _client = client;
        _client.NoDelay = true;
        _proxy = proxy;
    }

    public void Keep()
    {
        lock (_gate)
        {
            _keeps = true;
        }
    }

    public void BreakKept()
    {
        lock (_gate)
        {
            if (!_keeps || _isBroken)
                return;
            _isBroken = true;
        }

        _client.LingerState = new LingerOption(enable: true, seconds: 0);
        _client.Dispose();
    }

    public async Task RunAsync(string host, int port)
    {
        try
        {
            await _server.ConnectAsync(host, port);
            await Task.WhenAny(PassRequestsAsync(), PassRepliesAsync());
        }
        catch (Exception end) when (IsEnd(end))
        {
            // Either side has gone.
        }

        lock (_gate)
        {
            if (_isBroken)
                return;
        }

        Dispose();
    }

    public async Task DeliverAsync()
    {
        byte[][] kept;
        lock (_gate)
        {
            kept = [.. _kept];
            _kept.Clear();
        }

        try
        {
            foreach (byte[] bytes in kept)
                await _server.SendAsync(bytes);
        }
        catch (Exception end) when (IsEnd(end))
        {
            // The server does not take it any more.
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    private async Task PassRequestsAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        for (int count = await _client.ReceiveAsync(buffer); count > 0; count = await _client.ReceiveAsync(buffer))
        {
            if (TryKeep(buffer.AsSpan(0, count)))
                continue;
            if (_proxy.Passing is { } passing)
                await passing(this, buffer.AsMemory(0, count));
            await _server.SendAsync(buffer.AsMemory(0, count));
        }
    }

    private async Task PassRepliesAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        for (int count = await _server.ReceiveAsync(buffer); count > 0; count = await _server.ReceiveAsync(buffer))
            await _client.SendAsync(buffer.AsMemory(0, count));
    }

    private bool TryKeep(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_keeps && !_isBroken)
                _kept.Add(bytes.ToArray());
            return _keeps;
        }
    }

    private static bool IsEnd(Exception error) => error is SocketException or ObjectDisposedException;
}
