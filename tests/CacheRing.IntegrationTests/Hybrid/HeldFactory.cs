using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>A factory that ends when it is told to.</summary>
internal sealed class HeldFactory<T>(Func<T> make)
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The token it was given.</summary>
    public CancellationToken Token { get; private set; }

    public async ValueTask<T> MakeAsync(CancellationToken token)
    {
        Interlocked.Increment(ref _calls);
        Token = token;
        _begun.TrySetResult();
        await _go.Task.WaitAsync(token);
        return make();
    }

    public Task BegunAsync() => _begun.Task.WaitAsync(Poll.DefaultDeadline);

    public void Finish() => _go.TrySetResult();
}
