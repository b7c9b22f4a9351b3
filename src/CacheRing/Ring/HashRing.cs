using CacheRing.Hashing;

namespace CacheRing.Ring;

/// <summary>
/// An immutable map from keys to members. Safe for any number of threads; looking up takes no lock and allocates
/// nothing. Owners are indexes into <see cref="Members"/>.
/// </summary>
internal abstract class HashRing
{
    private readonly bool _hashTags;

    protected HashRing(IReadOnlyList<RingMember> members, RingKeys keys)
    {
        Members = members;
        LiveCount = members.Count(static member => !member.Retired);
        if (LiveCount == 0)
            throw new ArgumentException("A ring needs at least one member that is not retired.", nameof(members));
        _hashTags = keys.HashTags;
    }

    /// <summary>All members, retired ones too, in the order given.</summary>
    public IReadOnlyList<RingMember> Members { get; }

    public int LiveCount { get; }

    /// <summary>Equal in two clients: they send every key to the same member (up to the odds of a 64-bit hash).</summary>
    public ulong Fingerprint { get; protected init; }

    /// <summary>The owner of a key, and the number it is placed by: equal keys (or tags) have equal numbers in every process.</summary>
    public abstract int Locate(ReadOnlySpan<byte> key, out ulong hash);

    /// <summary>The owner of a key with this hash.</summary>
    public abstract int Locate(ulong hash);

    /// <summary>
    /// Fills <paramref name="owners"/> with the first distinct live members on the key's preference list, the owner
    /// first, and says how many there are: the span's length or <see cref="LiveCount"/>, whichever is less; fewer in a foreign
    /// ring that gives a member of a small weight no points.
    /// </summary>
    public abstract int Locate(ulong hash, Span<int> owners);

    /// <summary>The part of a key that is hashed.</summary>
    protected ReadOnlySpan<byte> Hashed(ReadOnlySpan<byte> key) => _hashTags ? HashTag.Of(key) : key;
}
