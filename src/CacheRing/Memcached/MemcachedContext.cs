using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>What the commands of one node have in common.</summary>
internal sealed class MemcachedContext
{
    private volatile int _epoch;

    public MemcachedContext(MemcachedSettings settings, TimeProvider time)
    {
        Keys = new MemcachedKeys(settings.KeyPrefix);
        Expiry = new MemcachedExpiry(settings.Format, time);
        Faults = new MemcachedFaults(settings.Name, settings.Endpoint);
        Buffered = new CommandPool<GetToBufferCommand>(() => new GetToBufferCommand(this));
    }

    public MemcachedKeys Keys { get; }

    public MemcachedExpiry Expiry { get; }

    public MemcachedFaults Faults { get; }

    public CommandPool<GetToBufferCommand> Buffered { get; }

    /// <summary>How many connections have been made.</summary>
    public int Epoch => _epoch;

    /// <summary>Who is told how calls went; set when the node starts.</summary>
    public INodeClient Client { get; set; } = null!;

    /// <summary>There is about to be another connection.</summary>
    /// <returns>Its number.</returns>
    public int NextEpoch() => Interlocked.Increment(ref _epoch);
}
