using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>One channel, listened to for as long as the node lives: the listener is deaf until it is proven that messages come.</summary>
internal sealed class RedisSubscription : IAsyncDisposable
{
    // How often a connection that brings nothing is asked whether it lives.
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly RedisConnection _connection;
    private readonly TimeSpan _shortestPause;
    private readonly TimeProvider _time;
    private readonly BusGate _gate;
    private readonly RedisEar _ear;
    private readonly SemaphoreSlim _touched = new(0);
    private readonly CancellationTokenSource _disposing = new();
    private Task _running = Task.CompletedTask;

    public RedisSubscription(
        RedisConnection connection, RedisChannel channel, INodeListener listener, NodeTimings timings, TimeProvider time)
    {
        _connection = connection;
        _shortestPause = timings.Reconnect;
        _time = time;
        _gate = new BusGate(listener, () => connection.SubscriptionEpoch);
        _ear = new RedisEar(connection, channel, _gate, timings.Operation, time);
    }

    public void Start()
    {
        _connection.Watch(OnTouched);
        _running = RunAsync(_disposing.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _gate.End();
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ear.Unsubscribe();
    }

    private async Task RunAsync(CancellationToken token)
    {
        // Host start-up runs this, as it does the connecting.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

        TimeSpan pause = _shortestPause;
        while (!token.IsCancellationRequested)
        {
            if (await _ear.ProveAsync(token).ConfigureAwait(false))
            {
                pause = _shortestPause;
                await WatchAsync(token).ConfigureAwait(false);
            }
            else
            {
                await PauseAsync(pause, token).ConfigureAwait(false);
                pause = RedisConnection.Longer(pause);
            }
        }
    }

    /// <summary>Ends when the gate has been closed.</summary>
    private async Task WatchAsync(CancellationToken token)
    {
        while (_gate.IsOpen)
        {
            await PauseAsync(Beat, token).ConfigureAwait(false);

            // The driver tells of a lost connection late, maybe when there has long been a new one: asking is surer.
            if (_gate.IsOpen && !await _ear.IsAliveAsync(token).ConfigureAwait(false) && !token.IsCancellationRequested)
                _gate.Close();
        }
    }

    private void OnTouched()
    {
        _gate.Check();
        if (_touched.CurrentCount == 0)
            _touched.Release();
    }

    private async Task PauseAsync(TimeSpan longest, CancellationToken token)
    {
        using CancellationTokenSource timer = new(longest, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, token);
        await _touched.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
