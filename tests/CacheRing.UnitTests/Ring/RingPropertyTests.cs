using CacheRing.Ring;
using CsCheck;

namespace CacheRing.UnitTests.Ring;

/// <summary>What both rings promise, over random topologies.</summary>
[TestFixture]
internal sealed class RingPropertyTests
{
    public static readonly object[] Rings =
    [
        new object[] { TopologyGen.Jump, (Func<RingMember[], HashRing>)TopologyGen.JumpRing },
        new object[] { TopologyGen.Ketama, (Func<RingMember[], HashRing>)TopologyGen.KetamaRing },
    ];

    [TestCaseSource(nameof(Rings))]
    public void Retiring_a_node_moves_its_own_keys_only_and_its_return_brings_them_back(
        Gen<RingMember[]> topologies, Func<RingMember[], HashRing> make) =>
        Gen.Select(topologies, Gen.Int[0, 1000], TopologyGen.Hashes).Where(static t => Live(t.Item1) > 1).Sample(
            (members, pick, hashes) =>
            {
                int leaving = PickLive(members, pick);
                HashRing before = make(members);
                HashRing after = make(members.With(leaving, static member => member with { Retired = true }));
                foreach (ulong hash in hashes)
                {
                    string owner = before.OwnerName(hash);
                    string now = after.OwnerName(hash);
                    if (owner != members[leaving].Name)
                        Assert.That(now, Is.EqualTo(owner), "a key moved that had no need to");
                    else
                        Assert.That(now, Is.Not.EqualTo(owner), "a retired node owns a key");
                }
            },
            iter: 300);

    [TestCaseSource(nameof(Rings))]
    public void Adding_a_node_moves_keys_to_it_only(Gen<RingMember[]> topologies, Func<RingMember[], HashRing> make) =>
        Gen.Select(topologies, TopologyGen.Hashes).Sample(
            (members, hashes) =>
            {
                int slot = members.Max(static member => member.Slot ?? -1) + 1;
                HashRing before = make(members);
                HashRing after = make([.. members, new RingMember("new") { Slot = members[0].Slot is null ? null : slot }]);
                foreach (ulong hash in hashes)
                    Assert.That(after.OwnerName(hash), Is.EqualTo("new").Or.EqualTo(before.OwnerName(hash)));
            },
            iter: 300);

    [TestCaseSource(nameof(Rings))]
    public void The_owners_of_a_key_are_distinct_live_and_begin_with_the_owner(
        Gen<RingMember[]> topologies, Func<RingMember[], HashRing> make) =>
        Gen.Select(topologies, Gen.Int[1, 45], TopologyGen.Hashes).Sample(
            (members, wanted, hashes) =>
            {
                HashRing ring = make(members);
                int[] owners = new int[wanted];
                foreach (ulong hash in hashes.Take(20))
                {
                    int found = ring.Locate(hash, owners);
                    Assert.That(found, Is.EqualTo(Math.Min(wanted, ring.LiveCount)));
                    Assert.That(owners[..found], Is.Unique);
                    Assert.That(owners[..found].Select(owner => members[owner].Retired), Has.None.True);
                    Assert.That(owners[0], Is.EqualTo(ring.Locate(hash)));
                }
            },
            iter: 200);

    [TestCaseSource(nameof(Rings))]
    public void The_next_owner_is_the_one_that_answers_when_the_owner_is_retired(
        Gen<RingMember[]> topologies, Func<RingMember[], HashRing> make) =>
        Gen.Select(topologies, Gen.ULong).Where(static t => Live(t.Item1) > 1).Sample(
            (members, hash) =>
            {
                int[] owners = new int[2];
                make(members).Locate(hash, owners);
                HashRing without = make(members.With(owners[0], static member => member with { Retired = true }));
                Assert.That(without.OwnerName(hash), Is.EqualTo(members[owners[1]].Name));
            },
            iter: 500);

    [TestCaseSource(nameof(Rings))]
    public void The_order_of_the_list_changes_neither_owners_nor_fingerprint(
        Gen<RingMember[]> topologies, Func<RingMember[], HashRing> make) =>
        Gen.Select(topologies, TopologyGen.Hashes).Sample(
            (members, hashes) =>
            {
                HashRing ring = make(members);
                HashRing reversed = make([.. Enumerable.Reverse(members)]);
                Assert.That(reversed.Fingerprint, Is.EqualTo(ring.Fingerprint));
                foreach (ulong hash in hashes)
                    Assert.That(reversed.OwnerName(hash), Is.EqualTo(ring.OwnerName(hash)));
            },
            iter: 100);

    [TestCaseSource(nameof(Rings))]
    public void Any_other_membership_has_another_fingerprint(Gen<RingMember[]> topologies, Func<RingMember[], HashRing> make) =>
        Gen.Select(topologies, Gen.Int[0, 1000]).Sample(
            (members, pick) =>
            {
                ulong fingerprint = make(members).Fingerprint;
                Assert.That(make(members.With(PickLive(members, pick), static member => member with { Name = member.Name + "x" })).Fingerprint, Is.Not.EqualTo(fingerprint));
                if (Live(members) > 1)
                    Assert.That(make(members.With(PickLive(members, pick), static member => member with { Retired = true })).Fingerprint, Is.Not.EqualTo(fingerprint));
            },
            iter: 100);

    private static int Live(RingMember[] members) => members.Count(static member => !member.Retired);

    private static int PickLive(RingMember[] members, int pick)
    {
        int[] live = [.. Enumerable.Range(0, members.Length).Where(i => !members[i].Retired)];
        return live[pick % live.Length];
    }
}
