using CacheRing.Entries;
using CacheRing.Nodes;

namespace CacheRing.Redis;

/// <summary>Tells the token of what is under the last of some keys, and keeps a placeholder from whoever reads values.</summary>
internal sealed class TokenReader : IStoredReader
{
    private readonly IStoredReader _reader;
    private readonly int _last;

    public TokenReader(IStoredReader reader, int last)
    {
        _reader = reader;
        _last = last;
    }

    /// <summary>What the last key has; nothing, when nothing came.</summary>
    public TokenRead Last { get; private set; }

    public void Read(int index, ReadOnlySpan<byte> stored)
    {
        if (index == _last)
            Last = Take(index, stored, _reader);
        else
            _reader.Read(index, stored);
    }

    public static TokenRead Take(int index, ReadOnlySpan<byte> stored, IStoredReader reader)
    {
        // Bytes that are no entry have no token: they are replaced by a lease, whatever they are.
        bool isEntry = EntryHeader.TryRead(stored, out EntryHeader header);
        if (isEntry && header.Kind == EntryKind.Placeholder)
            return new TokenRead(TokenState.Held, header.Stamp);
        reader.Read(index, stored);
        return new TokenRead(TokenState.Value, isEntry ? header.Stamp : 0);
    }
}
