using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace CacheRing.Testing.Proxy;

/// <summary>Carries the bytes of one direction of one connection, as the current fault allows.</summary>
/// <remarks>
/// Reading and writing are two loops with a queue between them, so that a delay is latency and not a limit of throughput: what comes
/// while a chunk waits is not held up by it.
/// </remarks>
internal sealed class Pump(Socket from, Socket? to, FaultSwitch faults, Func<Fault, bool> loses, Action<int>? onDelivered)
{
    private const int BufferSize = 64 * 1024;
    private const int QueueLength = 16;

    private readonly Channel<Chunk> _queue = Channel.CreateBounded<Chunk>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, SingleWriter = true });

    private volatile bool _lostBytes;

    /// <summary>Bytes are missing from the stream. It never carries any again: what came next would be taken for what is missing.</summary>
    public bool LostBytes => _lostBytes;

    public void LoseAllFromNow() => _lostBytes = true;

    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                // A slow line does not take what it cannot carry yet: its sender is to notice.
                while (faults.Current is { Mode: FaultMode.Trickle } slow && _queue.Reader.Count > 0)
                {
                    await faults.WaitAsync(slow, slow.Interval);
                }

                var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                var count = await from.ReceiveAsync(buffer, cancellationToken);
                if (count == 0)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    return;
                }

                await _queue.Writer.WriteAsync(new Chunk(buffer, count, Stopwatch.GetTimestamp()), cancellationToken);
            }
        }
        finally
        {
            _queue.Writer.TryComplete();
        }
    }

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await foreach (var chunk in _queue.Reader.ReadAllAsync(cancellationToken))
        {
            await DeliverAsync(chunk, cancellationToken);
            ArrayPool<byte>.Shared.Return(chunk.Buffer);
        }

        if (!_lostBytes && !loses(faults.Current))
        {
            to?.Shutdown(SocketShutdown.Send);
        }
    }

    private async Task DeliverAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        await WaitUntilDueAsync(chunk, cancellationToken);
        ReadOnlyMemory<byte> rest = chunk.Buffer.AsMemory(0, chunk.Count);
        while (!rest.IsEmpty)
        {
            // Asked anew for each piece: a fault strikes also what is on its way.
            var fault = faults.Current;
            if (_lostBytes || to is null || loses(fault))
            {
                _lostBytes = true;
                return;
            }

            var sent = await to.SendAsync(rest[..Math.Min(rest.Length, fault.BytesPerChunk)], cancellationToken);
            rest = rest[sent..];
            onDelivered?.Invoke(sent);
            if (fault.Interval > TimeSpan.Zero)
            {
                await faults.WaitAsync(fault, fault.Interval);
            }
        }
    }

    private async Task WaitUntilDueAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        while (true)
        {
            var fault = faults.Current;
            var left = fault.Delay - Stopwatch.GetElapsedTime(chunk.Arrived);
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            cancellationToken.ThrowIfCancellationRequested();
            await faults.WaitAsync(fault, left);
        }
    }

    private readonly record struct Chunk(byte[] Buffer, int Count, long Arrived);
}
