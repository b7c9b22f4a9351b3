namespace CacheRing.Testing.Proxy;

/// <summary>The current <see cref="Fault"/>, and a wait that ends early when it changes: nobody sleeps through a heal.</summary>
internal sealed class FaultSwitch
{
    private volatile Position _position = new(Fault.None);

    public Fault Current => _position.Fault;

    public void Set(Fault fault)
    {
        var former = _position;
        _position = new Position(fault);
        former.Changed.Cancel();
    }

    /// <summary>Returns after <paramref name="time"/>, or as soon as the fault is no longer <paramref name="seen"/>.</summary>
    public async Task WaitAsync(Fault seen, TimeSpan time)
    {
        var position = _position;
        if (ReferenceEquals(position.Fault, seen))
        {
            await Task.Delay(time, position.Changed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class Position(Fault fault)
    {
        public Fault Fault { get; } = fault;

        // Without a timer or a link there is nothing in it to dispose of.
        public CancellationTokenSource Changed { get; } = new();
    }
}
