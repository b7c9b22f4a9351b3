using System.Text;

namespace CacheRing.Memcached;

/// <summary>How an error of a server begins, and what it means.</summary>
/// <param name="Word">The beginning of the text behind <c>SERVER_ERROR</c> or <c>CLIENT_ERROR</c>.</param>
/// <param name="Kind">The kind of failure.</param>
/// <param name="Text">The rest of a sentence that begins with the node.</param>
internal sealed record MemcachedWord(string Word, NodeFailureKind Kind, string Text)
{
    public ReadOnlyMemory<byte> Bytes { get; } = Encoding.ASCII.GetBytes(Word);
}
