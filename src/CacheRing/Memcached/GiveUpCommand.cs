using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>Removes a key if it still has the token.</summary>
internal sealed class GiveUpCommand : ConditionalCommand
{
    private string _key;
    private readonly ulong _held;

    public GiveUpCommand(MemcachedContext context, string key, ulong held)
        : base(context)
    {
        _key = key;
        _held = held;
    }

    public override bool Write(PipeWriter writer)
    {
        CommandText text = Begin(writer, "md "u8, _key, length: null);
        text.AppendVersion(_held);
        End(writer, ref text);
        return true;
    }

    protected override void LetGo()
    {
        base.LetGo();
        _key = null!;
    }
}
