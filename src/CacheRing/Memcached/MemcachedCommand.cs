using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>
/// One command on its way: what it sends, what it makes of the replies, and who waits for it. Exactly one of them ends it:
/// its last reply, its deadline, the caller's cancellation, the end of the connection. Ended early, it keeps its place in
/// the <see cref="CommandQueue"/>, and its replies are taken and dropped: so the stream stays in step. It keeps nothing else.
/// </summary>
internal abstract class MemcachedCommand
{
    // Whoever moves it on from Queued decides whether it is sent, and owns what it would have sent.
    private const int Queued = 0;
    private const int BeingWritten = 1;
    private const int Sent = 2;
    private const int Dropped = 3;
    private const int Skipped = 4;

    private CancellationTokenRegistration _cancellation;

    // The lowest bit: it has been ended. The rest counts the command's lives, since some are used again.
    private int _claim;
    private int _stage;
    private int _bornAt;
    private volatile bool _isTold;
    private bool _isEmpty;

    /// <summary>The next in the queue.</summary>
    public MemcachedCommand? Next;

    /// <summary>Its mark, and the first of them when it has many replies.</summary>
    protected uint Mark { get; private set; }

    /// <summary>How many marks it needs.</summary>
    public virtual int Marks => 1;

    /// <summary>Whether it is sent even where so much has been given up that callers are refused.</summary>
    public virtual bool IsProbe => false;

    public bool IsEnded => (Volatile.Read(ref _claim) & 1) != 0;

    /// <summary>Whether it has been sent, or a part of it.</summary>
    public bool IsWritten => Volatile.Read(ref _stage) is BeingWritten or Sent;

    /// <summary>Whether the writer has passed it by.</summary>
    public bool IsSkipped => Volatile.Read(ref _stage) == Skipped;

    /// <summary>
    /// Writes the command, or the next part of it; false when there is more to write and the pipe should be emptied first.
    /// </summary>
    public abstract bool Write(PipeWriter writer);

    /// <summary>Takes a reply; true when it was the last.</summary>
    /// <exception cref="MemcachedProtocolException">It is no reply to this command.</exception>
    public abstract bool Take(in Reply reply);

    /// <summary>The queue needs it no more.</summary>
    public virtual void Released()
    {
    }

    /// <summary>Ends the wait when the token is cancelled.</summary>
    public void Watch(CancellationToken token)
    {
        if (token.CanBeCanceled)
            _cancellation = token.UnsafeRegister(static (state, token) => ((MemcachedCommand)state!).TryFail(new OperationCanceledException(token)), this);
    }

    public void Stamp(int now) => _bornAt = now;

    public int Age(int now) => now - _bornAt;

    /// <summary>The writer's to call, once: whether the command is to be written. One that has ended is passed by.</summary>
    public bool TryBeginWriting(uint mark)
    {
        if (!IsEnded)
        {
            Mark = mark;
            if (Interlocked.CompareExchange(ref _stage, BeingWritten, Queued) == Queued)
                return true;
        }
        else if (Interlocked.CompareExchange(ref _stage, Skipped, Queued) == Queued)
        {
            NotSent();
            return false;
        }

        Volatile.Write(ref _stage, Skipped);
        return false;
    }

    /// <summary>All of it has been written.</summary>
    public void EndWriting() => Volatile.Write(ref _stage, Sent);

    /// <summary>Which life of the command this is, and whether it has ended.</summary>
    public int Life => Volatile.Read(ref _claim);

    public void TryFail(Exception error) => TryFail(error, Life);

    /// <summary>Ends it if it is still in this life: by now it may have been answered and be used again.</summary>
    public void TryFail(Exception error, int life)
    {
        if ((life & 1) == 0 && Interlocked.CompareExchange(ref _claim, life | 1, life) == life)
            EndEarly(error);
    }

    /// <summary>Ends it if it is older than the limit.</summary>
    public void TryExpire(int now, int limit, Func<Exception> error)
    {
        // The count of lives first: if the command is used again meanwhile, the claim fails.
        int claim = Volatile.Read(ref _claim);
        if ((claim & 1) == 0 && Age(now) > limit && Interlocked.CompareExchange(ref _claim, claim | 1, claim) == claim)
            EndEarly(error());
    }

    /// <summary>
    /// Empties one that was ended early and has only to keep its place, which on a slow line can take long. One thread's to
    /// call, and not before the caller has been told and the writer is done with it.
    /// </summary>
    public void Tidy()
    {
        if (_isEmpty || !_isTold || Volatile.Read(ref _stage) is Queued or BeingWritten)
            return;
        _isEmpty = true;
        LetGo();
    }

    protected bool TryClaim()
    {
        int claim = Volatile.Read(ref _claim);
        return (claim & 1) == 0 && Interlocked.CompareExchange(ref _claim, claim | 1, claim) == claim;
    }

    /// <summary>Tells the caller. Called once, by whoever ended it.</summary>
    /// <param name="error">
    /// A <see cref="NodeException"/>, an <see cref="OperationCanceledException"/> or an <see cref="ObjectDisposedException"/>.
    /// </param>
    protected abstract void Fail(Exception error);

    /// <summary>It will not be written, so that what it would have sent can go.</summary>
    protected virtual void NotSent()
    {
    }

    /// <summary>Forgets all that is not needed to take the replies that are still to come.</summary>
    protected virtual void LetGo() => _cancellation = default;

    /// <summary>The token that ends the wait.</summary>
    protected CancellationToken WatchedToken => _cancellation.Token;

    /// <summary>No call-back of the token runs any more, or will.</summary>
    protected void EndWatch()
    {
        _cancellation.Dispose();
        _cancellation = default;
    }

    /// <summary>The same without waiting for one that runs; for commands that are not used again.</summary>
    protected void LeaveWatch() => _cancellation.Unregister();

    /// <summary>Makes it new.</summary>
    protected void BeginAgain()
    {
        _stage = Queued;
        _isTold = false;

        // Not born yet: whoever comes upon it before it is sent must not find it too old.
        _bornAt = int.MaxValue;
        Volatile.Write(ref _claim, (_claim | 1) + 1);
    }

    private void EndEarly(Exception error)
    {
        // Before the caller is told, who may use the command again.
        bool isDropped = Interlocked.CompareExchange(ref _stage, Dropped, Queued) == Queued;
        if (isDropped)
            NotSent();
        Fail(error);
        _isTold = true;
    }
}
