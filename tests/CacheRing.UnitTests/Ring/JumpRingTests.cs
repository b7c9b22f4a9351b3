using CacheRing.Hashing;
using CacheRing.Ring;
using CsCheck;

namespace CacheRing.UnitTests.Ring;

/// <summary>What a jump ring promises beside the properties of all rings.</summary>
[TestFixture]
internal sealed class JumpRingTests
{
    [Test]
    public void Without_holes_the_owner_is_the_reference_bucket() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 500]).Sample((hash, slots) =>
            new JumpRing(Caches.Members(slots, slots: true), RingKeys.Plain).Locate(hash) == JumpHash.Of(hash, slots));

    [Test]
    public void The_slot_decides_and_not_the_place_in_the_list()
    {
        RingMember[] shuffled = [.. Caches.Members(5, slots: true).OrderBy(static member => member.Slot * 7 % 5)];
        JumpRing ring = new(shuffled, RingKeys.Plain);
        for (ulong hash = 0; hash < 1000; hash++)
            Assert.That(ring.Members[ring.Locate(hash)].Slot, Is.EqualTo(JumpHash.Of(hash, 5)));
    }

    [Test]
    public void Retirements_in_any_order_lead_to_the_same_ring() =>
        Gen.Select(Gen.Int[0, 9].HashSet[1, 9], Gen.ULong.Array[200]).Sample((retired, hashes) =>
        {
            RingMember[] members = Caches.Members(10, slots: true);
            foreach (int slot in retired)
                members = members.With(slot, static member => member with { Retired = true });
            RingMember[] left = [.. members.Where(static member => !member.Retired)];

            // A node that was dropped from the list is a hole as well, as long as a higher slot is taken.
            if (left[^1].Slot != 9)
                return;
            HashRing listed = TopologyGen.JumpRing(members);
            HashRing dropped = TopologyGen.JumpRing(left);
            foreach (ulong hash in hashes)
                Assert.That(dropped.OwnerName(hash), Is.EqualTo(listed.OwnerName(hash)));
        });

    [Test]
    public void One_live_slot_among_thousands_of_holes_owns_every_key()
    {
        JumpRing ring = new([new RingMember("only") { Slot = 5000 }], RingKeys.Plain);
        int[] owners = new int[3];
        Gen.ULong.Sample(hash => ring.Locate(hash) == 0 && ring.Locate(hash, owners) == 1);
    }

    [Test]
    public void A_member_without_a_slot_is_refused() =>
        Assert.That(() => new JumpRing([new RingMember("a")], RingKeys.Plain), Throws.ArgumentException.With.Message.Contains("'a' has no slot"));

    [Test]
    public void A_ring_without_a_live_member_is_refused() =>
        Assert.That(() => new JumpRing([new RingMember("a") { Slot = 0, Retired = true }], RingKeys.Plain), Throws.ArgumentException);
}
