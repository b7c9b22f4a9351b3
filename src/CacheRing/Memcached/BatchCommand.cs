using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>A command on many keys: written part by part, so that the largest batch does not fill the memory.</summary>
internal abstract class BatchCommand : MemcachedCommand
{
    private const int PartBytes = 64 * 1024;

    private int _written;

    protected BatchCommand(MemcachedContext context, int count)
    {
        Context = context;
        Count = count;
    }

    public sealed override int Marks => Count;

    protected MemcachedContext Context { get; }

    protected int Count { get; }

    public sealed override bool Write(PipeWriter writer)
    {
        while (_written < Count)
        {
            WriteOne(writer, _written, Mark + (uint)_written);
            _written++;
            if (writer.UnflushedBytes >= PartBytes && _written < Count)
                return false;
        }

        WriteEnd(writer);
        return true;
    }

    protected abstract void WriteOne(PipeWriter writer, int index, uint mark);

    protected virtual void WriteEnd(PipeWriter writer)
    {
    }

    /// <summary>Writes a verb, a key, and what follows.</summary>
    protected void WriteLine(PipeWriter writer, ReadOnlySpan<byte> verb, string key, ReadOnlySpan<byte> flags, uint mark)
    {
        CommandText text = new(writer.GetSpan(CommandText.LongestLine));
        text.Append(verb);
        bool isBase64 = text.AppendKey(Context.Keys, key);
        if (isBase64)
            text.Append(" b"u8);
        text.Append(flags);
        text.AppendOpaque(mark);
        text.Append("\r\n"u8);
        writer.Advance(text.Length);
    }
}
