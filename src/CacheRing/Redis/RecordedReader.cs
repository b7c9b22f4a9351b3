using CacheRing.Nodes;

namespace CacheRing.Redis;

/// <summary>Takes a batch that begins with the copies of the node's record, for a reader that has asked for the record and other keys.</summary>
internal sealed class RecordedReader(IStoredReader reader) : IStoredReader
{
    private readonly byte[]?[] _copies = new byte[]?[RecordCopies.Count];

    /// <summary>What was in the copies; for its reader they are one key, which it is given when they are compared.</summary>
    public ReadOnlySpan<byte[]?> Copies => _copies;

    public void Read(int index, ReadOnlySpan<byte> stored)
    {
        if (index < RecordCopies.Count)
            _copies[index] = stored.ToArray();
        else
            reader.Read(index - RecordCopies.Count + 1, stored);
    }
}
