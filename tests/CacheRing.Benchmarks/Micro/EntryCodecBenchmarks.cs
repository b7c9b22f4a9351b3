using System.Buffers;
using BenchmarkDotNet.Attributes;
using CacheRing.Entries;

namespace CacheRing.Benchmarks.Micro;

/// <summary>What the header costs beside a copy of the value, which an entry without one would need too.</summary>
public class EntryCodecBenchmarks
{
    private const string Key = "catalogue:product:000042";

    private readonly EntryCodec _codec = new(EntryFormat.CacheRing, null, TimeProvider.System);
    private byte[] _value = null!;
    private byte[] _stored = null!;
    private EntryLifetime _lifetime;

    [Params(100, 1024, 100_000)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _value = new byte[Bytes];
        _lifetime = _codec.LifetimeOf(new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromDays(30) }, out _);
        _stored = Encode().Span.ToArray();
    }

    [Benchmark(Baseline = true)]
    public int Copy()
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(Bytes);
        _value.CopyTo(rented, 0);
        ArrayPool<byte>.Shared.Return(rented);
        return rented.Length;
    }

    [Benchmark]
    public int Write()
    {
        PooledEntry entry = Encode();
        entry.Return();
        return entry.Span.Length;
    }

    [Benchmark]
    public int Read() => _codec.Read(Key, _stored, endsOnTime: false, out OpenedEntry opened) == EntryReading.Live ? opened.ValueOffset : 0;

    private PooledEntry Encode() => _codec.Encode(new ReadOnlySequence<byte>(_value), _lifetime, hashedKey: null, generation: 1);
}
