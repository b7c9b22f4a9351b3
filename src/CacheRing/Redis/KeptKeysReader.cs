using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// The keys of one read with all copies of those that are kept, and who takes the answers. The copies are read first, and their reader
/// gets what they say together before anything else: what is found under other keys is judged by it. All else comes to it by the place at
/// which it asked.
/// </summary>
internal sealed class KeptKeysReader : IStoredReader
{
    private readonly IReadOnlyList<string> _keys;
    private readonly IStoredReader _reader;
    private readonly Action<string> _onIncomplete;
    private readonly int[] _kept;
    private readonly int[] _others;
    private readonly byte[]?[] _copies;
    private bool _isTold;

    private KeptKeysReader(IReadOnlyList<string> keys, IStoredReader reader, Action<string> onIncomplete)
    {
        _keys = keys;
        _reader = reader;
        _onIncomplete = onIncomplete;
        _kept = [.. Enumerable.Range(0, keys.Count).Where(place => KeptKeys.Has(keys[place]))];
        _others = [.. Enumerable.Range(0, keys.Count).Except(_kept)];
        _copies = new byte[]?[_kept.Length * KeptCopies.Count];
    }

    /// <summary>How many keys are read.</summary>
    public int Count => _copies.Length + _others.Length;

    /// <param name="keys">What is asked for.</param>
    /// <param name="reader">Who asks.</param>
    /// <param name="onIncomplete">Told of a key of which some copies are missing.</param>
    /// <returns>Null where none of the keys is kept, so that the reader itself serves.</returns>
    public static KeptKeysReader? For(IReadOnlyList<string> keys, IStoredReader reader, Action<string> onIncomplete)
    {
        for (int i = 0; i < keys.Count; i++)
        {
            if (KeptKeys.Has(keys[i]))
                return new KeptKeysReader(keys, reader, onIncomplete);
        }

        return null;
    }

    /// <summary>The key to be read at a place.</summary>
    public RedisKey KeyAt(int place, Func<string, RedisKey[]> copiesOf, Func<string, RedisKey> keyOf) => place < _copies.Length
        ? copiesOf(_keys[_kept[place / KeptCopies.Count]])[place % KeptCopies.Count]
        : keyOf(_keys[_others[place - _copies.Length]]);

    public void Read(int index, ReadOnlySpan<byte> stored)
    {
        if (index < _copies.Length)
        {
            _copies[index] = stored.ToArray();
            return;
        }

        End();
        _reader.Read(_others[index - _copies.Length], stored);
    }

    /// <summary>All copies have come, as far as they are there.</summary>
    public void End()
    {
        if (_isTold)
            return;
        _isTold = true;
        for (int i = 0; i < _kept.Length; i++)
        {
            Span<byte[]?> copies = _copies.AsSpan(i * KeptCopies.Count, KeptCopies.Count);
            if (KeptCopies.Agree(copies) is not { } agreed)
                continue;
            _reader.Read(_kept[i], agreed);
            if (copies.Contains(null))
                _onIncomplete(_keys[_kept[i]]);
        }
    }
}
