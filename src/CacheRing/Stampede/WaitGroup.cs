namespace CacheRing.Stampede;

/// <summary>Callers who joined a flight before the same step of it: all may have the same result.</summary>
internal sealed class WaitGroup<T> : TaskCompletionSource<T>
{
    private Copies<T>? _copies;

    /// <param name="request">What the first of them wants.</param>
    public WaitGroup(object request)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Request = request;
    }

    public object Request { get; }

    /// <summary>How many still wait. Under the flight's gate.</summary>
    public int Count { get; set; }

    /// <summary>Ends the wait.</summary>
    public void Serve(T value, Copies<T>? copies)
    {
        _copies = copies;
        TrySetResult(value);
    }

    /// <summary>What one of them is given, once it has been served.</summary>
    public T Take(T value) => _copies is null ? value : _copies.Take(value);

    public void Fail(Exception error)
    {
        if (!TrySetException(error))
            return;

        // They may all have left: an exception that nobody asks for must not end the process.
        _ = Task.Exception;
    }
}
