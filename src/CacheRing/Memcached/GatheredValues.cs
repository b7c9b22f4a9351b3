using System.Buffers;
using CacheRing.Nodes;

namespace CacheRing.Memcached;

/// <summary>
/// Values on their way from the thread that reads the connection to the caller's, each copied once: what is alone into a buffer
/// of its size, what comes in numbers into a few large blocks. Buffers that are not returned are collected.
/// </summary>
internal struct GatheredValues
{
    private const int BlockBytes = 64 * 1024;
    private const int MostBlocks = 128;

    // A busy process has as many batches between the two threads as it has callers, and the shared pool keeps fewer blocks of
    // this size than that.
    private static readonly ArrayPool<byte> Blocks = ArrayPool<byte>.Create(BlockBytes, MostBlocks);

    private Place _first;
    private Place[]? _more;
    private int _count;
    private byte[]? _block;
    private int _used;
    private bool _isShared;

    /// <param name="index">The place of its key.</param>
    /// <param name="value">The value; as long as the call lasts.</param>
    /// <param name="keys">How many keys were asked for.</param>
    public void Add(int index, ReadOnlySpan<byte> value, int keys)
    {
        bool isLast = index == keys - 1;
        if (_block is null || _block.Length - _used < value.Length)
        {
            _block = isLast || value.Length > BlockBytes ? ArrayPool<byte>.Shared.Rent(value.Length) : Blocks.Rent(BlockBytes);
            _isShared = isLast || value.Length > BlockBytes;
            _used = 0;
        }

        value.CopyTo(_block.AsSpan(_used));
        Place place = new(index, _block, _used, value.Length, _isShared);
        _used += value.Length;
        if (_count++ == 0)
            _first = place;
        else
            (_more ??= ArrayPool<Place>.Shared.Rent(keys - 1))[_count - 2] = place;
    }

    /// <summary>Gives the values to the reader in the order in which they came, and returns the buffers.</summary>
    public void HandTo(IStoredReader reader)
    {
        try
        {
            if (_count > 0)
                reader.Read(_first.Index, _first.Value);
            foreach (Place place in More)
                reader.Read(place.Index, place.Value);
        }
        finally
        {
            Return();
        }
    }

    public void Return()
    {
        if (_count == 0)
            return;
        _first.ReturnBlock();
        byte[] returned = _first.Block;
        foreach (Place place in More)
        {
            if (place.Block == returned)
                continue;
            place.ReturnBlock();
            returned = place.Block;
        }

        if (_more is not null)
            ArrayPool<Place>.Shared.Return(_more, clearArray: true);
        this = default;
    }

    private readonly ReadOnlySpan<Place> More => _more.AsSpan(0, Math.Max(0, _count - 1));

    private readonly record struct Place(int Index, byte[] Block, int Offset, int Length, bool IsShared)
    {
        public ReadOnlySpan<byte> Value => Block.AsSpan(Offset, Length);

        public void ReturnBlock() => (IsShared ? ArrayPool<byte>.Shared : Blocks).Return(Block);
    }
}
