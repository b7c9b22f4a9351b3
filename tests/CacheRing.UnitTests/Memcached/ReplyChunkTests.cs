using System.Text;
using CacheRing.Memcached;
using CsCheck;

namespace CacheRing.UnitTests.Memcached;

/// <summary>
/// Bytes come in pieces of any size, and the pieces mean nothing: the replies, and the place of a surprise, are the same however
/// the stream is cut. <c>CACHERING_FUZZ_CASES</c> raises the number of streams.
/// </summary>
[TestFixture]
internal sealed class ReplyChunkTests
{
    private const string Surprise = "surprise";

    private static readonly string[] Pieces =
    [
        "HD Oabcde\r\n", "EN\r\n", "NF O1\r\n", "NS\r\n", "EX\r\n", "MN\r\n", "END\r\n", "STAT a b\r\n", "SERVER_ERROR out of memory\r\n",
        "VA 0\r\n\r\n", "VA 3 Oabcde\r\nHD\n\r\n", "VA 12 c1\r\nEN\r\nVA 1\r\n\r\n\r\n", "VA 7 t-1 Ox\r\nVA 9\r\n\0\r\n", "VERSION 1.6.18\r\n",
    ];

    // Now and then a piece that fits nowhere, or that is torn.
    private static readonly Gen<byte[]> Streams = Gen.Select(Gen.Int[0, Pieces.Length + 2], Gen.Int[0, 4]).Array[1, 12].Select(static picks =>
        Encoding.Latin1.GetBytes(string.Concat(picks.Select(static pick => pick.Item1 switch
        {
            _ when pick.Item1 < Pieces.Length => Pieces[pick.Item1],
            _ when pick.Item1 == Pieces.Length => Pieces[pick.Item2][pick.Item2..],
            _ when pick.Item1 == Pieces.Length + 1 => "VA 5 ",
            _ => "\r\n",
        }))));

    [Test]
    public void However_a_stream_is_cut_it_holds_the_same_replies() =>
        Gen.Select(Streams, Gen.Int[1, 40].Array[1, 20]).Sample(
            (bytes, cuts) => Read(bytes, cuts).SequenceEqual(Read(bytes, [int.MaxValue])),
            iter: Fuzzing.Cases(100_000));

    [Test]
    public void Any_bytes_at_all_are_replies_a_beginning_or_a_surprise() =>
        Gen.Select(Gen.Byte.Array[0, 40], Gen.Int[0, Pieces.Length - 1], Gen.Bool).Sample(
            static (noise, piece, isBehind) =>
            {
                byte[] known = Encoding.Latin1.GetBytes(Pieces[piece]);
                byte[] bytes = isBehind ? [.. known, .. noise] : [.. noise, .. known];
                return Read(bytes, [3, 1, 7]).SequenceEqual(Read(bytes, [int.MaxValue]));
            },
            iter: Fuzzing.Cases(100_000));

    /// <summary>Reads as the connection does: what is left of a piece waits for the next.</summary>
    private static List<string> Read(byte[] bytes, int[] cuts)
    {
        List<string> replies = [];
        int used = 0;
        int arrived = 0;
        for (int cut = 0; arrived < bytes.Length; cut++)
        {
            arrived += Math.Min(cuts[cut % cuts.Length], bytes.Length - arrived);
            try
            {
                while (used < arrived && ReplyParser.TryRead(bytes.AsSpan(used, arrived - used), out Reply reply, out int length))
                {
                    replies.Add($"{reply.Status}|{Encoding.Latin1.GetString(reply.Text)}|{Encoding.Latin1.GetString(reply.Value)}");
                    used += length;
                }
            }
            catch (MemcachedProtocolException)
            {
                replies.Add(Surprise);
                return replies;
            }
        }

        return replies;
    }
}
