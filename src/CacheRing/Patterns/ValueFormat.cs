using System.Buffers;

namespace CacheRing.Patterns;

/// <summary>
/// How the values of one type are written and read: what was written is read as an equal value, null as null. The bytes never say
/// which type to make. Safe for any number of threads.
/// </summary>
internal abstract class ValueFormat<T>
{
    protected ValueFormat()
        : this(ShareableTypes.Contains<T>())
    {
    }

    protected ValueFormat(bool isShareable)
    {
        IsShareable = isShareable;
    }

    /// <summary>Whether one instance may be given to any number of callers; else each gets one of its own, read anew.</summary>
    public bool IsShareable { get; }

    public abstract void Write(T value, IBufferWriter<byte> destination);

    /// <exception cref="Exception">The bytes are no such value, or were written in another format.</exception>
    public abstract T Read(ReadOnlySpan<byte> bytes);
}
