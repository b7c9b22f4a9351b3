using System.IO.Pipelines;
using CacheRing.Entries;

namespace CacheRing.Memcached;

/// <summary>Stores an entry if the key still has the token.</summary>
internal sealed class FillCommand : ConditionalCommand
{
    private string _key;
    private readonly ulong _held;
    private PooledEntry _entry;
    private readonly int _expiry;

    public FillCommand(MemcachedContext context, string key, ulong held, PooledEntry entry, TimeSpan? timeToLive)
        : base(context)
    {
        _key = key;
        _held = held;
        _entry = entry;
        _expiry = context.Expiry.Of(timeToLive);
    }

    public override bool Write(PipeWriter writer)
    {
        CommandText text = Begin(writer, "ms "u8, _key, _entry.Memory.Length);
        text.AppendVersion(_held);
        text.AppendTimeToLive(_expiry);
        End(writer, ref text);
        writer.WriteValue(_entry.Span);
        _entry.Return();
        return true;
    }

    protected override void NotSent() => _entry.Return();

    protected override void LetGo()
    {
        base.LetGo();
        _key = null!;
        _entry = default;
    }
}
