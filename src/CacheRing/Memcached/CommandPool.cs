using System.Collections.Concurrent;

namespace CacheRing.Memcached;

/// <summary>Keeps commands for the next call, as many as were ever under way at once, within a bound.</summary>
internal sealed class CommandPool<TCommand>
    where TCommand : MemcachedCommand
{
    private const int Most = 1024;

    private readonly ConcurrentQueue<TCommand> _commands = new();
    private readonly Func<TCommand> _create;
    private TCommand? _first;
    private int _count;

    public CommandPool(Func<TCommand> create)
    {
        _create = create;
    }

    public TCommand Rent()
    {
        TCommand? command = _first;
        if (command is not null && Interlocked.CompareExchange(ref _first, null, command) == command)
            return command;
        if (!_commands.TryDequeue(out command))
            return _create();
        Interlocked.Decrement(ref _count);
        return command;
    }

    public void Return(TCommand command)
    {
        if (_first is null && Interlocked.CompareExchange(ref _first, command, null) is null)
            return;
        if (Interlocked.Increment(ref _count) <= Most)
            _commands.Enqueue(command);
        else
            Interlocked.Decrement(ref _count);
    }
}
