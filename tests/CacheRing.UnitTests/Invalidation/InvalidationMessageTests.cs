using CacheRing.Invalidation;
using CsCheck;

namespace CacheRing.UnitTests.Invalidation;

/// <summary>What clients tell each other, in these bytes; whatever else arrives costs misses, and never a stale value.</summary>
[TestFixture]
internal sealed class InvalidationMessageTests
{
    [Test]
    public void A_message_has_these_bytes()
    {
        Assert.That(
            Convert.ToHexString(InvalidationMessage.Make(InvalidationMessage.Keys, 0x1122334455667788, "a\u00e9", "b")),
            Is.EqualTo("014B8877665544332211" + "0300" + "61C3A9" + "0100" + "62"));
        Assert.That(Convert.ToHexString(InvalidationMessage.Make(InvalidationMessage.Tags, 1, "t")), Is.EqualTo("01540100000000000000" + "0100" + "74"));
        Assert.That(Convert.ToHexString(InvalidationMessage.Make(InvalidationMessage.All, 1)), Is.EqualTo("012A0100000000000000"));
    }

    [Test]
    public void It_is_read_as_it_was_written() => Gen.Select(Gen.ULong, Gen.String[Gen.Char['a', '\u07ff'], 0, 200].Array[0, 10]).Sample((sender, names) =>
    {
        InvalidationMessage message = InvalidationMessage.Read(InvalidationMessage.Make(InvalidationMessage.Keys, sender, names));
        int place = 0;
        foreach (string name in names)
        {
            if (!message.TryNext(ref place, out string read) || read != name)
                return false;
        }

        return message.Kind == InvalidationMessage.Keys && message.Sender == sender && !message.TryNext(ref place, out _);
    });

    [Test]
    public void What_is_torn_of_a_later_version_or_no_message_is_taken_for_everything()
    {
        byte[] whole = InvalidationMessage.Make(InvalidationMessage.Keys, 7, "key");
        for (int length = 0; length < whole.Length; length++)
        {
            // With no name at all it names nothing that could be stale.
            if (length != 10)
                Assert.That(InvalidationMessage.Read(whole.AsSpan(0, length)).Kind, Is.EqualTo(InvalidationMessage.All), $"{length} bytes");
        }

        byte[] later = [2, .. whole[1..]];
        Assert.That(InvalidationMessage.Read(later).Kind, Is.EqualTo(InvalidationMessage.All));
        Gen.Byte.Array[0, 100].Sample(static bytes => InvalidationMessage.Read(bytes).Kind is InvalidationMessage.Keys or InvalidationMessage.Tags or InvalidationMessage.All);
    }
}
