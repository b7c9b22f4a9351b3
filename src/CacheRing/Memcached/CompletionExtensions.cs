namespace CacheRing.Memcached;

/// <summary>Ends a task the way its error asks for.</summary>
internal static class CompletionExtensions
{
    public static void SetError<T>(this TaskCompletionSource<T> source, Exception error)
    {
        if (error is OperationCanceledException cancelled)
            source.SetCanceled(cancelled.CancellationToken);
        else
            source.SetException(error);
    }

    public static void SetError(this TaskCompletionSource source, Exception error)
    {
        if (error is OperationCanceledException cancelled)
            source.SetCanceled(cancelled.CancellationToken);
        else
            source.SetException(error);
    }
}
