using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CacheRing.Writes;

/// <summary>
/// Numbers writes: a sequence that grows, also from one run of a process to the next as long as its clock is not set back, and
/// ids that no other writer gives. Safe for any number of threads.
/// </summary>
internal sealed class WriteNumbers
{
    // A million writes a millisecond before two runs could overlap.
    private const int BitsForWrites = 20;

    private readonly long _source;
    private long _last;

    public WriteNumbers(TimeProvider time)
        : this(BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))), time.GetUtcNow().ToUnixTimeMilliseconds() << BitsForWrites)
    {
    }

    /// <param name="source">Whose writes they are.</param>
    /// <param name="last">The number before the first.</param>
    public WriteNumbers(long source, long last)
    {
        _source = source;
        _last = last;
    }

    public long Next() => Interlocked.Increment(ref _last);

    public StoreWrite<TKey, TValue> Next<TKey, TValue>(TKey key, StoreWriteKind kind, TValue? value)
        where TKey : notnull => Of(Next(), key, kind, value);

    public StoreWrite<TKey, TValue> Of<TKey, TValue>(long sequence, TKey key, StoreWriteKind kind, TValue? value)
        where TKey : notnull => new(key, kind, value, sequence, IdOf(sequence));

    /// <summary>The same for the same write.</summary>
    public Guid IdOf(long sequence)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, _source);
        BinaryPrimitives.WriteInt64BigEndian(bytes[sizeof(long)..], sequence);
        return new Guid(bytes, bigEndian: true);
    }
}
