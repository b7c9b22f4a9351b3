using System.Diagnostics.CodeAnalysis;

namespace CacheRing.Memcached;

/// <summary>
/// The commands of a connection in the order in which they are sent and answered. Any thread adds, one writes, one reads,
/// none waits for another: a linked list whose tail is exchanged (Vyukov's queue of many producers), with two cursors.
/// </summary>
internal sealed class CommandQueue
{
    private MemcachedCommand _tail;

    // The last one that was written, and the last one that was answered. What they point to has been dealt with.
    private MemcachedCommand _written;
    private MemcachedCommand _answered;

    public CommandQueue()
    {
        _tail = _written = _answered = new FirstCommand();
    }

    /// <summary>Adds a command. A full fence.</summary>
    public void Add(MemcachedCommand command)
    {
        MemcachedCommand before = Interlocked.Exchange(ref _tail, command);
        Volatile.Write(ref before.Next, command);
    }

    /// <summary>The next command to be written; the writer's to call.</summary>
    public bool TryNextToWrite([NotNullWhen(true)] out MemcachedCommand? command)
    {
        command = Volatile.Read(ref _written.Next);
        if (command is null)
            return false;
        _written = command;
        return true;
    }

    /// <summary>Whether a command has been added, or is just being added, behind the last that was written.</summary>
    public bool HasMoreToWrite => Volatile.Read(ref _tail) != _written;

    /// <summary>Whether a command has had no answer yet.</summary>
    public bool IsAwaiting => Volatile.Read(ref _tail) != Volatile.Read(ref _answered);

    /// <summary>The command that the next reply belongs to; the reader's to call.</summary>
    public MemcachedCommand? NextToAnswer()
    {
        while (Volatile.Read(ref _answered.Next) is { } next)
        {
            if (next.IsWritten)
                return next;
            if (!next.IsSkipped)
                return null;
            Answered(next);
        }

        return null;
    }

    /// <summary>The command has had its last reply; the reader's to call.</summary>
    public void Answered(MemcachedCommand command)
    {
        MemcachedCommand before = _answered;
        Volatile.Write(ref _answered, command);

        // Without the link a chain of old commands would be kept alive by its oldest.
        before.Next = null;
        before.Released();
    }

    /// <summary>
    /// Ends every command older than the limit, and empties those that have ended. One thread's at a time: a command that is answered and used again meanwhile
    /// may break the walk off, which the next one makes good.
    /// </summary>
    public QueueAge Expire(int now, int limit, Func<Exception> error)
    {
        int? oldest = null;
        int waiting = 0;
        int ended = 0;
        MemcachedCommand? command = Volatile.Read(ref Volatile.Read(ref _answered).Next);
        for (; command is not null; command = Volatile.Read(ref command.Next))
        {
            // Before it there may be others that were never written, and are passed by with the next answer only.
            if (oldest is null && command.IsWritten)
                oldest = command.Age(now);
            command.TryExpire(now, limit, error);
            if (command.IsEnded)
            {
                ended++;
                command.Tidy();
            }
            else
            {
                waiting++;
            }
        }

        return new QueueAge(oldest, waiting, ended);
    }

    /// <summary>Ends every command, those that are just being added included. For when nobody reads any more.</summary>
    public void FailAll(Exception error)
    {
        MemcachedCommand last = Volatile.Read(ref _tail);
        for (MemcachedCommand command = _answered; command != last;)
        {
            SpinWait wait = default;
            MemcachedCommand? next;
            while ((next = Volatile.Read(ref command.Next)) is null)
                wait.SpinOnce();
            command = next;
            command.TryFail(error);
        }
    }

    /// <summary>Stands before the first, so that the queue is never without a command.</summary>
    private sealed class FirstCommand : MemcachedCommand
    {
        public override bool Write(System.IO.Pipelines.PipeWriter writer) => true;

        public override bool Take(in Reply reply) => true;

        protected override void Fail(Exception error)
        {
        }
    }
}
