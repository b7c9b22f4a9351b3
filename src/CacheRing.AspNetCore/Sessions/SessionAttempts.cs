namespace CacheRing.Sessions;

/// <summary>
/// How often something is tried that a replaced connection may have spoiled: until some time has gone by since the first attempt
/// began, so that a call which has used its own time up is not made again.
/// </summary>
internal sealed class SessionAttempts
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly long _began;
    private TimeSpan _pause;

    public SessionAttempts(TimeProvider time, TimeSpan patience, TimeSpan firstPause)
    {
        _time = time;
        _patience = patience;
        _pause = firstPause;
        _began = time.GetTimestamp();
    }

    public bool IsFirst { get; private set; } = true;

    public bool HaveNext => _time.GetElapsedTime(_began) < _patience;

    /// <summary>Waits until the next one is due.</summary>
    public async Task NextAsync(bool wait, CancellationToken token)
    {
        IsFirst = false;
        if (!wait)
            return;
        await Task.Delay(_pause, _time, token).ConfigureAwait(false);
        _pause *= 2;
    }
}
