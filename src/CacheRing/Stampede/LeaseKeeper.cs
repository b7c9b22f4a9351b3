using CacheRing.Sharding;

namespace CacheRing.Stampede;

/// <summary>
/// Renews a lease while a load runs, each third of its length, so that a lease can be short (a holder that dies is noticed
/// soon) and a load long. To be ended before the lease's token is used.
/// </summary>
internal sealed class LeaseKeeper : IAsyncDisposable
{
    private const int RenewalsPerLease = 3;

    private readonly KeyLoad _held;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _running;

    public LeaseKeeper(KeyLoad held, TimeSpan lease, TimeProvider time)
    {
        _held = held;
        _lease = lease;
        _time = time;
        _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);

        // A renewal that is under way may change the token.
        await _running.ConfigureAwait(false);
        _ended.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await Task.Delay(_lease / RenewalsPerLease, _time, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_ended.IsCancellationRequested)
                return;
            try
            {
                if (!await _held.RenewAsync(_lease, CancellationToken.None).ConfigureAwait(false))
                    return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }
}
