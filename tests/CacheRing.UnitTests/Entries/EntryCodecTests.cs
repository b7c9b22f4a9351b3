using System.Buffers;
using CacheRing.Entries;
using Microsoft.Extensions.Time.Testing;

namespace CacheRing.UnitTests.Entries;

/// <summary>Stored entries, and those of nodes that know a key by its hash alone: they say whose they are.</summary>
[TestFixture]
internal sealed class EntryCodecTests
{
    private const string Key = "ключ";

    private static readonly byte[] Value = [1, 2, 3];

    private readonly EntryCodec _codec = new(EntryFormat.CacheRing, null, new FakeTimeProvider());

    [Test]
    public void An_entry_with_its_annex_and_its_key_has_these_bytes()
    {
        EntryCodec codec = new(EntryFormat.CacheRing, null, new FakeTimeProvider()) { Stamps = new StampSource(last: 0x1122334455667787) };
        EntryLifetime lifetime = new(1_790_000_000_123, null);
        byte[] annex = [0xA1, 0xA2];
        byte[] stored = codec.Encode(new ReadOnlySequence<byte>(Value), lifetime, Key, 0x0102030405060708, annex: annex).Memory.ToArray();
        Assert.That(
            Convert.ToHexString(stored),
            Is.EqualTo(
                "56" + "0807060504030201" + "8877665544332211" + "00000000" + "01" + "61" + "7B6C50C4A0010000"
                + "02000000" + "A1A2" + "08000000" + "D0BAD0BBD18ED187" + "010203"));
        Assert.That(codec.Read(Key, stored, endsOnTime: false, out OpenedEntry opened), Is.EqualTo(EntryReading.Live));
        Assert.That(stored[opened.ValueOffset..], Is.EqualTo(Value));
        Assert.That(stored.AsSpan(opened.Annex.Offset, opened.Annex.Length).ToArray(), Is.EqualTo(annex));
    }

    [TestCase(false, null, EntryReading.Dead)]
    [TestCase(true, null, EntryReading.Live)]
    [TestCase(true, 60_000L, EntryReading.Dead)]
    public void A_deadline_is_judged_by_the_reader_only_where_the_servers_may_come_too_late(bool endsOnTime, long? window, object expected)
    {
        FakeTimeProvider time = new();
        EntryCodec codec = new(EntryFormat.CacheRing, null, time);
        byte[] stored = Encode(codec, new EntryLifetime(time.GetUtcNow().ToUnixTimeMilliseconds() + 1000, window), hashedKey: null);
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.That(codec.Read(Key, stored, endsOnTime, out _), Is.EqualTo(expected));
    }

    [Test]
    public void Each_entry_has_a_stamp_of_its_own()
    {
        HashSet<ulong> stamps = [];
        for (int i = 0; i < 1000; i++)
        {
            Assert.That(EntryHeader.TryRead(Encode(_codec, default, hashedKey: null), out EntryHeader header), Is.True);
            Assert.That(stamps.Add(header.Stamp), Is.True);
        }

        Assert.That(new StampSource(last: ulong.MaxValue).Next(), Is.EqualTo(1), "0 is none");
    }

    [Test]
    public void Nothing_at_all_is_a_placeholder_and_no_reason_to_complain() =>
        Assert.That(_codec.Read(Key, [], endsOnTime: false, out _), Is.EqualTo(EntryReading.Dead));

    [Test]
    public void An_entry_without_its_key_has_none_and_any_key_reads_it()
    {
        byte[] stored = Encode(_codec, default, hashedKey: null);
        Assert.That(stored, Has.Length.EqualTo(23 + Value.Length));
        Assert.That(_codec.Read("any", stored, endsOnTime: false, out OpenedEntry opened), Is.EqualTo(EntryReading.Live));
        Assert.That(stored[opened.ValueOffset..], Is.EqualTo(Value));
    }

    [TestCase(Key)]
    [TestCase("x")]
    [TestCase("a\r\nb\0")]
    [TestCase("🔑")]
    public void The_key_itself_reads_its_entry(string key)
    {
        byte[] stored = Encode(_codec, default, key);
        Assert.That(_codec.Read(key, stored, endsOnTime: false, out OpenedEntry opened), Is.EqualTo(EntryReading.Live));
        Assert.That(stored[opened.ValueOffset..], Is.EqualTo(Value));
        Assert.That(opened.Renewal, Is.Null);
    }

    [TestCase("")]
    [TestCase("клю")]
    [TestCase("ключи")]
    [TestCase("Ключ")]
    [TestCase("xxxxxxxx")]
    public void Another_key_with_the_same_hash_finds_nothing(string other) =>
        Assert.That(_codec.Read(other, Encode(_codec, default, Key), endsOnTime: false, out _), Is.EqualTo(EntryReading.Dead));

    [Test]
    public void An_entry_torn_anywhere_before_its_value_is_unreadable()
    {
        byte[] stored = _codec.Encode(
            new ReadOnlySequence<byte>(Value), new EntryLifetime(1_790_000_000_123, 1_200_000), Key, annex: new byte[5]).Memory.ToArray();
        int header = stored.Length - Value.Length;
        for (int length = 1; length < header; length++)
            Assert.That(_codec.Read(Key, stored.AsSpan(0, length), endsOnTime: false, out _), Is.EqualTo(EntryReading.Unreadable), $"{length} bytes");
        Assert.That(_codec.Read(Key, stored.AsSpan(0, header), endsOnTime: false, out _), Is.EqualTo(EntryReading.Live), "an empty value");
    }

    [TestCase(-1)]
    [TestCase(int.MinValue)]
    [TestCase(int.MaxValue)]
    [TestCase(12)]
    public void A_key_that_reaches_past_the_entry_is_unreadable(int length)
    {
        byte[] stored = Encode(_codec, default, Key);
        Assert.That(BitConverter.TryWriteBytes(stored.AsSpan(23), length), Is.True);
        Assert.That(_codec.Read(Key, stored, endsOnTime: false, out _), Is.EqualTo(EntryReading.Unreadable));
    }

    [Test]
    public void The_raw_format_holds_no_key_and_gives_everything_out()
    {
        EntryCodec raw = new(EntryFormat.Raw, null, new FakeTimeProvider());
        byte[] stored = Encode(raw, default, Key);
        Assert.That(stored, Is.EqualTo(Value));
        Assert.That(raw.Read("other", stored, endsOnTime: false, out OpenedEntry opened), Is.EqualTo(EntryReading.Live));
        Assert.That(opened.ValueOffset, Is.Zero);

        // Not even bytes that look like another key's entry.
        byte[] lookalike = Encode(_codec, default, Key);
        Assert.That(raw.Read("other", lookalike, endsOnTime: false, out opened), Is.EqualTo(EntryReading.Live));
        Assert.That(opened.ValueOffset, Is.Zero);
    }

    private static byte[] Encode(EntryCodec codec, EntryLifetime lifetime, string? hashedKey) =>
        codec.Encode(new ReadOnlySequence<byte>(Value), lifetime, hashedKey).Memory.ToArray();
}
