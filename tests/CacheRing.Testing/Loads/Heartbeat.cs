using System.Diagnostics;

namespace CacheRing.Testing.Loads;

/// <summary>Notices when the machine, or its own process, stands still: a timer that should go off each 5 ms is late. A board is told.</summary>
public sealed class Heartbeat : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _ended = new();
    private readonly Task _beating;
    private readonly LoadBoard? _board;
    private long _latest;

    public Heartbeat(LoadBoard? board = null)
    {
        _board = board;
        _beating = BeatAsync();
    }

    /// <summary>By how much it was late, at most.</summary>
    public TimeSpan Latest => TimeSpan.FromTicks(Volatile.Read(ref _latest));

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _beating;
        _ended.Dispose();
    }

    private async Task BeatAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            long before = Stopwatch.GetTimestamp();
            await Task.Delay(Interval, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            TimeSpan late = Stopwatch.GetElapsedTime(before) - Interval;
            Volatile.Write(ref _latest, Math.Max(_latest, late.Ticks));
            _board?.StoodStill(late);
        }
    }
}
