using System.Buffers.Binary;
using System.Security.Cryptography;
using K4os.Hash.xxHash;

namespace CacheRing.Journal;

/// <summary>
/// The file "journal" in the folder: which log is the present one. Numbers are little endian; version 1, 36 bytes:
/// <code>
///  0  magic       43 52 48 01 ("CRH", version)
///  4  id          8 bytes, at random when the journal was made
/// 12  generation  8 bytes: the log is in the folder "log-" and this number
/// 20  sequence    8 bytes: the last that was given when this log was begun
/// 28  hash        8 bytes: XXH64 of bytes 0 to 27
/// </code>
/// It is replaced as a whole, so that there is always the one or the other.
/// </summary>
internal sealed record JournalHead(long Id, long Generation, long LastSequence)
{
    public const string FileName = "journal";
    private const int SequenceBits = 40;
    private const int Length = 36;
    private const uint Magic = 0x01_48_52_43;

    /// <summary>
    /// No write of this log has this sequence or a lower one. The store may have been given a write that was not on disk when the
    /// process died: its number, and with it its id, must not be given again. That leaves 10^12 numbers to each log.
    /// </summary>
    public long SequenceBefore => Generation << SequenceBits;

    public static JournalHead New() => new(BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))), 0, 0);

    /// <returns>Null: there is none.</returns>
    /// <exception cref="InvalidDataException">It is damaged, or of another version.</exception>
    public static JournalHead? Read(string directory)
    {
        string file = Path.Combine(directory, FileName);
        if (!File.Exists(file))
            return null;
        byte[] bytes = File.ReadAllBytes(file);
        if (bytes.Length != Length
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(28)) != XXH64.DigestOf(bytes.AsSpan(0, 28)))
        {
            throw new InvalidDataException(
                $"The file '{file}' is damaged, or was written by another version. What the store never got may be in the folder: keep it, and give the journal another one.");
        }

        return new JournalHead(
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(4)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(12)),
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(20)));
    }

    public void Write(string directory)
    {
        string file = Path.Combine(directory, FileName);
        string next = file + ".next";
        using (FileStream stream = new(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(ToBytes());
            stream.Flush(flushToDisk: true);
        }

        File.Move(next, file, overwrite: true);
    }

    public string LogDirectory(string directory) => Path.Combine(directory, FormattableString.Invariant($"log-{Generation}"));

    internal byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(4), Id);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(12), Generation);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(20), LastSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(28), XXH64.DigestOf(bytes.AsSpan(0, 28)));
        return bytes;
    }
}
