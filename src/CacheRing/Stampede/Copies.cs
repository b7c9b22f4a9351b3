namespace CacheRing.Stampede;

/// <summary>
/// Callers who share a flight share no object that one of them might change: the first is given the one there is, and each of
/// the others one that is made anew. Safe for any number of threads.
/// </summary>
internal sealed class Copies<T>(Func<T> make)
{
    private int _isTaken;

    public T Take(T original) => Interlocked.Exchange(ref _isTaken, 1) == 0 ? original : make();
}
