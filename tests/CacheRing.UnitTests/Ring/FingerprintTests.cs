using CacheRing.Ring;

namespace CacheRing.UnitTests.Ring;

/// <summary>Two clients see from the fingerprint whether they agree.</summary>
[TestFixture]
internal sealed class FingerprintTests
{
    [Test]
    public void Everything_that_moves_keys_changes_the_fingerprint()
    {
        ulong[] fingerprints =
        [
            Of(new RingOptions(), "", slots: false),
            Of(new RingOptions { HashTags = true }, "", slots: false),
            Of(new RingOptions { HashInstanceName = true }, "app:", slots: false),
            Of(new RingOptions { HashInstanceName = true }, "other:", slots: false),
            Of(new RingOptions { Ketama = KetamaFlavor.Libmemcached }, "", slots: false),
            Of(new RingOptions(), "", slots: true),
            Of(new RingOptions { HashTags = true }, "", slots: true),
        ];
        Assert.That(fingerprints, Is.Unique);
    }

    [Test]
    public void What_moves_no_key_does_not_change_it()
    {
        ulong fingerprint = Of(new RingOptions(), "", slots: false);
        Assert.That(Of(new RingOptions(), "app:", slots: false), Is.EqualTo(fingerprint), "an instance name that is not hashed");
        Assert.That(Of(new RingOptions { Algorithm = RingAlgorithm.Ketama, KeyHash = KeyHash.XxHash64 }, "", slots: false), Is.EqualTo(fingerprint), "defaults spelled out");
    }

    [Test]
    public void A_retired_node_and_one_that_was_dropped_are_the_same_ring()
    {
        foreach (bool slots in (bool[])[true, false])
        {
            RingMember[] all = Caches.Members(4, slots);
            RingMember[] retired = all.With(1, static member => member with { Retired = true });
            RingMember[] dropped = [all[0], all[2], all[3]];
            Assert.That(Fingerprint(dropped), Is.EqualTo(Fingerprint(retired)));
        }

        // At the end of a jump ring they are not: without the last slot keys jump over a shorter range.
        RingMember[] jump = Caches.Members(4, slots: true);
        Assert.That(Fingerprint(jump[..3]), Is.Not.EqualTo(Fingerprint(jump.With(3, static member => member with { Retired = true }))));

        ulong Fingerprint(RingMember[] members) => HashRings.Create(new RingOptions(), "", members).Fingerprint;
    }

    [Test]
    public void The_order_of_a_libmemcached_list_changes_it_only_where_it_moves_a_key()
    {
        RingOptions options = new() { Ketama = KetamaFlavor.Libmemcached };

        // These two share a point (a collision of MD5's 32 bits): libmemcached gives it to the one added first.
        RingMember[] colliding = [new("127.0.0.1:20009"), new("127.0.0.1:20757"), new("127.0.0.1:20012")];
        Assert.That(Fingerprint([.. Enumerable.Reverse(colliding)]), Is.Not.EqualTo(Fingerprint(colliding)));

        RingMember[] apart = [new("127.0.0.1:6391"), new("127.0.0.1:6392"), new("127.0.0.1:6393")];
        Assert.That(Fingerprint([.. Enumerable.Reverse(apart)]), Is.EqualTo(Fingerprint(apart)));

        ulong Fingerprint(RingMember[] members) => HashRings.Create(options, "", members).Fingerprint;
    }

    [Test]
    public void Fingerprints_are_pinned_so_that_versions_of_the_library_agree()
    {
        Assert.That(Of(new RingOptions(), "", slots: true), Is.EqualTo(16855587761814156929));
        Assert.That(Of(new RingOptions(), "", slots: false), Is.EqualTo(4065800284770134217));
    }

    private static ulong Of(RingOptions options, string instanceName, bool slots) =>
        HashRings.Create(options, instanceName, Caches.Members(3, slots)).Fingerprint;
}
