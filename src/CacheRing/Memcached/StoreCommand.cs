using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>
/// Stores bytes on a condition: that the key is not there yet (no version given), or that it still has this version.
/// </summary>
internal sealed class StoreCommand : ConditionalCommand
{
    private string _key;
    private ReadOnlyMemory<byte> _bytes;
    private readonly int _expiry;
    private readonly ulong? _version;

    public StoreCommand(MemcachedContext context, string key, ReadOnlyMemory<byte> bytes, TimeSpan? timeToLive, ulong? version)
        : base(context)
    {
        _key = key;
        _bytes = bytes;
        _expiry = context.Expiry.Of(timeToLive);
        _version = version;
    }

    public override bool Write(PipeWriter writer)
    {
        CommandText text = Begin(writer, "ms "u8, _key, _bytes.Length);
        if (_version is { } version)
            text.AppendVersion(version);
        else
            text.Append(" ME"u8);
        text.AppendTimeToLive(_expiry);
        End(writer, ref text);
        writer.WriteValue(_bytes.Span);
        return true;
    }

    protected override void LetGo()
    {
        base.LetGo();
        _key = null!;
        _bytes = default;
    }
}
