using System.Buffers.Binary;
using CacheRing.Nodes;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>Keeps what it is told, in the order in which it is, and holds its teller to the rules.</summary>
internal sealed class RecordingListener(Action<RecordingListener>? onListening = null) : INodeListener
{
    private readonly Lock _gate = new();
    private readonly List<List<byte[]>> _spans = [];
    private readonly List<string> _breaches = [];
    private bool _isListening;
    private int _inside;

    public bool IsListening => Read(() => _isListening);

    /// <summary>How often it was told that messages come.</summary>
    public int Listenings => Read(() => _spans.Count);

    public int Deafs => Read(() => _spans.Count - (_isListening ? 1 : 0));

    /// <summary>The messages, apart for each time from being told that they come until being told that they may not.</summary>
    public List<List<byte[]>> Spans => Read(() => _spans.ConvertAll(static span => span.ToList()));

    public List<byte[]> Messages => Read(() => _spans.SelectMany(static span => span).ToList());

    public List<int> Numbers => Messages.ConvertAll(NumberIn);

    /// <summary>Calls that must not have been made: at the same time, twice, or a message while deaf.</summary>
    public List<string> Breaches => Read(() => _breaches.ToList());

    public static byte[] Numbered(int number)
    {
        byte[] message = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(message, number);
        return message;
    }

    public static int NumberIn(byte[] message) => BinaryPrimitives.ReadInt32LittleEndian(message);

    public Task ListeningAsync(int times = 1) => Poll.UntilAsync(() => IsListening && Listenings >= times, $"the listener to be listening ({times})");

    public void Listening()
    {
        Enter("listening", isListening: false);
        lock (_gate)
        {
            _spans.Add([]);
            _isListening = true;
        }

        onListening?.Invoke(this);
        Interlocked.Decrement(ref _inside);
    }

    public void Deaf()
    {
        Enter("deaf", isListening: true);
        lock (_gate)
        {
            _isListening = false;
        }

        Interlocked.Decrement(ref _inside);
    }

    public void Heard(ReadOnlySpan<byte> message)
    {
        Enter("heard", isListening: true);
        byte[] kept = message.ToArray();
        lock (_gate)
        {
            if (_isListening)
                _spans[^1].Add(kept);
        }

        Interlocked.Decrement(ref _inside);
    }

    private void Enter(string call, bool isListening)
    {
        bool alone = Interlocked.Increment(ref _inside) == 1;
        lock (_gate)
        {
            if (!alone || _isListening != isListening)
                _breaches.Add($"{call} when listening: {_isListening}, alone: {alone}");
        }
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }
}
