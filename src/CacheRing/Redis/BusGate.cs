using CacheRing.Nodes;

namespace CacheRing.Redis;

/// <summary>
/// Stands between the messages and the listener, and makes one call after the other. It lets messages through from the moment
/// when the connection they come on has been proven until there is another connection, or a doubt.
/// </summary>
internal sealed class BusGate
{
    private readonly Lock _gate = new();
    private readonly INodeListener _listener;
    private readonly Func<long> _connection;
    private long? _proven;
    private bool _ended;

    /// <param name="listener">Deaf, until it is told otherwise.</param>
    /// <param name="connection">The number of the connection on which messages come now.</param>
    public BusGate(INodeListener listener, Func<long> connection)
    {
        _listener = listener;
        _connection = connection;
    }

    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return _proven is not null;
            }
        }
    }

    /// <summary>Lets messages through, if the proof is still one: if the connection is the one that was proven.</summary>
    public bool TryOpen(long connection)
    {
        lock (_gate)
        {
            if (_ended || _connection() != connection)
                return false;
            if (_proven is not null)
                return true;
            _proven = connection;
            _listener.Listening();
            return true;
        }
    }

    public void Pass(ReadOnlySpan<byte> message)
    {
        lock (_gate)
        {
            // What comes on a new connection must not be heard before it is known that some messages may not have come.
            CloseUnlessSame();
            if (_proven is not null)
                _listener.Heard(message);
        }
    }

    /// <summary>Closes if there is another connection.</summary>
    public void Check()
    {
        lock (_gate)
        {
            CloseUnlessSame();
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            if (_proven is null)
                return;
            _proven = null;
            _listener.Deaf();
        }
    }

    /// <summary>No call is made any more, also none to say so.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            _proven = null;
        }
    }

    private void CloseUnlessSame()
    {
        if (_proven is { } proven && _connection() != proven)
            Close();
    }
}
