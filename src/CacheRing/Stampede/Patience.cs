namespace CacheRing.Stampede;

/// <summary>
/// How long who has lost a lease waits before it looks again: with growing pauses and jitter, and not for ever. Not safe for
/// several threads.
/// </summary>
internal sealed class Patience
{
    private const double Growth = 1.5;
    private const double Jitter = 0.25;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly TimeSpan _lease;
    private readonly TimeSpan _longest;
    private readonly long _since;
    private TimeSpan _pause = FirstPause;
    private ulong _token;
    private long _tokenSince;

    /// <param name="lease">The length of a lease.</param>
    /// <param name="longest">How long to wait altogether.</param>
    /// <param name="time">The clock.</param>
    public Patience(TimeSpan lease, TimeSpan longest, TimeProvider time)
    {
        _lease = lease;
        _longest = longest;
        _time = time;
        _since = time.GetTimestamp();
    }

    /// <summary>Whether it is time to stop waiting.</summary>
    public bool IsOver => _time.GetElapsedTime(_since) >= _longest;

    /// <summary>
    /// Whether a lease has not been renewed for its whole length, where a renewal changes the token: its holder is dead, though
    /// the server (whose clock may count in seconds) still has it.
    /// </summary>
    public bool IsDead(ulong token)
    {
        if (token != _token)
        {
            _token = token;
            _tokenSince = _time.GetTimestamp();
            return false;
        }

        return _time.GetElapsedTime(_tokenSince) >= _lease;
    }

    /// <summary>Waits for a pause.</summary>
    public async Task PauseAsync(CancellationToken cancellation)
    {
        TimeSpan left = _longest - _time.GetElapsedTime(_since);
#pragma warning disable CA5394 // No secret depends on it.
        TimeSpan pause = _pause * (1 - Jitter + (2 * Jitter * Random.Shared.NextDouble()));
#pragma warning restore CA5394
        if (_token != 0 && _lease - _time.GetElapsedTime(_tokenSince) is var life && life > TimeSpan.Zero && life < pause)
            pause = life;
        if (pause > left)
            pause = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        _pause = _pause * Growth < LongestPause ? _pause * Growth : LongestPause;
        await Task.Delay(pause, _time, cancellation).ConfigureAwait(false);
    }
}
