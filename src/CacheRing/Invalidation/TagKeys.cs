using System.Buffers.Binary;
using CacheRing.Nodes;

namespace CacheRing.Invalidation;

/// <summary>
/// Where the versions of tags are kept: on every node, each node its own, under <c>cr:tag:</c> and the tag. Eight bytes,
/// little-endian: a number that is given out once. An entry holds the versions that its tags had on its node when its load
/// began, and is valid while they are the same. To invalidate a tag is to remove its version from every node: a version that
/// is missing, for whatever reason, equals none. Who loads next gives the tag a new one.
/// </summary>
internal static class TagKeys
{
    /// <summary>The tag that every entry has.</summary>
    public const string Everything = "*";

    private const string Prefix = "cr:tag:";

    /// <summary>The key of a tag's version; that of everything is among a node's <see cref="KeptKeys"/>.</summary>
    public static string Of(string tag) => tag == Everything ? KeptKeys.Everything : Prefix + tag;

    public static ulong VersionIn(ReadOnlySpan<byte> stored) =>
        stored.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(stored) : 0;

    public static byte[] BytesOf(ulong version)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, version);
        return bytes;
    }
}
