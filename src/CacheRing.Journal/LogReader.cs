using System.Buffers.Binary;

namespace CacheRing.Journal;

/// <summary>
/// Reads what is in a log's files, by the records' own hashes and numbers: what is torn at the end is left out, and a gap before
/// something whole is damage, which is never passed over.
/// </summary>
internal sealed class LogReader(JournalFormat format, long committedNumber)
{
    private readonly SortedDictionary<long, JournalRecord> _writes = [];
    private readonly HashSet<long> _settled = [];
    private bool _isBegun;
    private bool _isAtEnd;

    /// <summary>The writes that are not settled, by sequence.</summary>
    public IReadOnlyList<JournalRecord> Live => [.. _writes.Where(write => !_settled.Contains(write.Key)).Select(static write => write.Value)];

    /// <summary>The greatest sequence that was seen; 0 for none.</summary>
    public long LastSequence { get; private set; }

    /// <summary>The number of the last record; 0 for none.</summary>
    public long LastNumber { get; private set; }

    /// <summary>Whether the end was torn: something began there and is not whole.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Reads a log.</summary>
    /// <param name="format">The format of its records.</param>
    /// <param name="files">Its files, in order.</param>
    /// <param name="committedNumber">
    /// The last record that is known to have been committed: a gap behind it is no damage, but the end. By default all that is there
    /// may have been.
    /// </param>
    /// <exception cref="InvalidDataException">It is damaged before its end.</exception>
    public static LogReader Read(JournalFormat format, IEnumerable<string> files, long committedNumber = long.MaxValue)
    {
        LogReader reader = new(format, committedNumber);
        foreach (string file in files)
        {
            // While the first file of a log is there, so is its first record; later ones may be the first that are left.
            reader._isBegun |= file.EndsWith(".0", StringComparison.Ordinal);
            reader.Read(File.ReadAllBytes(file), file);
        }

        return reader;
    }

    private void Read(ReadOnlySpan<byte> bytes, string file)
    {
        int at = 0;
        while (!_isAtEnd)
        {
            int next = bytes[at..].IndexOf(JournalFormat.MagicBytes);
            if (next < 0)
                break;
            at += next;
            if (!format.TryRead(bytes[at..], out long number, out RecordKind kind, out ReadOnlySpan<byte> body))
            {
                // Torn, if nothing whole comes after it; and it may be part of a value that happens to look like a beginning.
                IsTorn = true;
                at++;
                continue;
            }

            if (_isBegun && number != LastNumber + 1)
            {
                if (LastNumber >= committedNumber)
                {
                    IsTorn = true;
                    _isAtEnd = true;
                    return;
                }

                throw new InvalidDataException(
                    FormattableString.Invariant($"The journal is damaged: in '{file}' record {number} comes after record {LastNumber}. ")
                    + "What it holds cannot be trusted to be all that was acknowledged. Keep the folder, and give the journal another one.");
            }

            IsTorn = false;
            _isBegun = true;
            LastNumber = number;
            Take(kind, body);
            at += JournalFormat.HeaderLength + body.Length;
        }
    }

    private void Take(RecordKind kind, ReadOnlySpan<byte> body)
    {
        if (kind == RecordKind.Settled)
        {
            for (int i = 0; i < body.Length; i += sizeof(long))
                _settled.Add(BinaryPrimitives.ReadInt64LittleEndian(body[i..]));
            return;
        }

        if (kind is not RecordKind.Upsert and not RecordKind.Delete)
            throw new InvalidDataException($"A record of the journal is of kind {(int)kind}, which this version does not know.");
        long sequence = JournalFormat.ReadWrite(body, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value);
        LastSequence = Math.Max(LastSequence, sequence);
        _writes[sequence] = new JournalRecord(
            new LogEntry(sequence), kind == RecordKind.Upsert ? StoreWriteKind.Upsert : StoreWriteKind.Delete, key.ToArray(), value.ToArray());
    }
}
