using System.IO.Pipelines;

namespace CacheRing.Memcached;

/// <summary>A command on one key that has one reply.</summary>
internal abstract class KeyCommand : MemcachedCommand
{
    protected KeyCommand(MemcachedContext context)
    {
        Context = context;
    }

    protected MemcachedContext Context { get; }

    public sealed override bool Take(in Reply reply)
    {
        if (reply.Status == ReplyStatus.ServerError)
        {
            if (TryClaim())
                FailElsewhere(Context.Faults.Of(reply));
            return true;
        }

        // After one of these the server may take a value for commands, so that nothing more is sent or believed.
        if (reply.Status == ReplyStatus.ClientError)
            throw Context.Faults.Of(reply);

        Opaque.Check(Mark, reply);
        if (!Accepts(reply.Status))
            throw new MemcachedProtocolException("a reply that does not fit the command");
        if (TryClaim())
            Complete(reply);
        return true;
    }

    // What is told of a failure may run into a user's logger, which the thread that reads the connection must not wait for.
    private void FailElsewhere(NodeException failure) =>
        ThreadPool.UnsafeQueueUserWorkItem(static told => told.Command.Fail(told.Failure), (Command: this, Failure: failure), preferLocal: true);

    /// <summary>Whether a reply of this kind can be meant for this command.</summary>
    protected abstract bool Accepts(ReplyStatus status);

    /// <summary>Tells the caller. Called once, by whoever ended it.</summary>
    protected abstract void Complete(in Reply reply);

    /// <summary>Writes <c>mg key flags</c>.</summary>
    protected bool WriteGet(PipeWriter writer, string key, ReadOnlySpan<byte> flags, int? touch = null)
    {
        CommandText text = Begin(writer, "mg "u8, key, length: null);
        text.Append(flags);
        if (touch is { } seconds)
            text.AppendTimeToLive(seconds);
        End(writer, ref text);
        return true;
    }

    /// <summary>Writes a verb and a key, and the value's length where there is one.</summary>
    protected CommandText Begin(PipeWriter writer, ReadOnlySpan<byte> verb, string key, int? length)
    {
        CommandText text = new(writer.GetSpan(CommandText.LongestLine));
        text.Append(verb);
        bool isBase64 = text.AppendKey(Context.Keys, key);
        if (length is { } bytes)
        {
            text.Append(" "u8);
            text.Append((long)bytes);
        }

        if (isBase64)
            text.Append(" b"u8);
        return text;
    }

    protected void End(PipeWriter writer, ref CommandText text)
    {
        text.AppendOpaque(Mark);
        text.Append("\r\n"u8);
        writer.Advance(text.Length);
    }
}
