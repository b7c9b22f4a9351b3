using CacheRing.Hashing;

namespace CacheRing.Ring;

/// <summary>
/// Jump consistent hash over numbered slots. A slot without a live member is a hole: a key that lands in one is hashed
/// again and jumps again. Retiring a member therefore moves its own keys alone, and its return brings the same keys back,
/// whatever was retired before it; a slot appended at the end takes its share from all and moves nothing else.
/// </summary>
internal sealed class JumpRing : HashRing
{
    public const int MaxSlots = 65_536;

    private const int Hole = -1;

    // After so many holes in a row (nine of ten slots retired: once in 10^11 keys) the rest of the preference list is
    // the slots in order. A fixed number, or a resize would change the list of keys that it should not touch.
    private const int MaxJumps = 256;

    private readonly int[] _memberOfSlot;

    public JumpRing(IReadOnlyList<RingMember> members, RingKeys keys)
        : base(members, keys)
    {
        int slots = 0;
        foreach (RingMember member in members)
            slots = Math.Max(slots, Slot(member) + 1);

        _memberOfSlot = new int[slots];
        Array.Fill(_memberOfSlot, Hole);
        for (int i = 0; i < members.Count; i++)
        {
            if (!members[i].Retired)
                _memberOfSlot[Slot(members[i])] = i;
        }

        Fingerprint = RingFingerprint.OfJump(members, slots, keys);
    }

    public override int Locate(ReadOnlySpan<byte> key, out ulong hash)
    {
        hash = XxHash64.Of(Hashed(key));
        return Locate(hash);
    }

    public override int Locate(ulong hash)
    {
        int[] memberOfSlot = _memberOfSlot;
        int member = memberOfSlot[JumpHash.Of(hash, memberOfSlot.Length)];
        return member >= 0 ? member : LocatePastHole(hash);
    }

    public override int Locate(ulong hash, Span<int> owners)
    {
        int wanted = Math.Min(owners.Length, LiveCount);
        int found = 0;
        int slot = 0;
        for (int jumps = 0; jumps < MaxJumps && found < wanted; jumps++)
        {
            slot = JumpHash.Of(hash, _memberOfSlot.Length);
            Take(slot, owners, ref found);
            hash = Rehash(hash);
        }

        while (found < wanted)
        {
            slot = (slot + 1) % _memberOfSlot.Length;
            Take(slot, owners, ref found);
        }

        return found;
    }

    private static int Slot(RingMember member) =>
        member.Slot ?? throw new ArgumentException($"Node '{member.Name}' has no slot, and a jump ring needs one for each.");

    private int LocatePastHole(ulong hash)
    {
        Span<int> owner = stackalloc int[1];
        Locate(hash, owner);
        return owner[0];
    }

    private void Take(int slot, Span<int> owners, ref int found)
    {
        int member = _memberOfSlot[slot];
        if (member != Hole && !owners[..found].Contains(member))
            owners[found++] = member;
    }

    // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014), stepped once: a bijection, so that two keys that differ
    // go on differing.
    private static ulong Rehash(ulong hash)
    {
        unchecked
        {
            hash += 0x9E3779B97F4A7C15UL;
            hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
            hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
            return hash ^ (hash >> 31);
        }
    }
}
