using CacheRing.Journal;
using Microsoft.Extensions.Logging.Testing;

namespace CacheRing.UnitTests.Journal;

/// <summary>What a crash, a disk or a hand has done to the files.</summary>
[TestFixture]
internal sealed class JournalDamageTests
{
    private const int Writes = 12;
    private JournalFolder _folder = null!;
    private byte[] _log = [];
    private JournalFormat _format = null!;

    // Where each record begins and ends.
    private List<(int Begin, int End)> _records = [];

    [OneTimeSetUp]
    public async Task Write_a_journal()
    {
        _folder = new JournalFolder();
        (FileWriteJournal journal, JournalRecovery found) = await _folder.OpenAsync();
        await using (journal)
        {
            for (int i = 1; i <= Writes; i++)
                await JournalFolder.AppendAsync(journal, $"key {i}", new string('v', i * 7));
        }

        _format = new JournalFormat(found.Id);
        _log = await File.ReadAllBytesAsync(_folder.LogFiles.Single());
        _records = [];
        for (int at = 0; (at = IndexOfMagic(at)) >= 0;)
        {
            Assert.That(_format.TryRead(_log.AsSpan(at), out _, out _, out ReadOnlySpan<byte> body), Is.True);
            _records.Add((at, at + JournalFormat.HeaderLength + body.Length));
            at = _records[^1].End;
        }

        Assert.That(_records, Has.Count.EqualTo(Writes));
    }

    [OneTimeTearDown]
    public void Remove_it() => _folder.Dispose();

    [Test]
    public void Cut_at_any_byte_it_has_all_that_was_whole_and_nothing_else()
    {
        using LogFile file = new();
        for (int length = 0; length <= _log.Length; length++)
        {
            file.Write(_log.AsSpan(0, length));
            LogReader read = LogReader.Read(_format, [file.Path]);
            int whole = _records.Count(record => record.End <= length);
            Assert.That(read.Live.Select(static record => JournalFolder.Place(record.Entry)), Is.EqualTo(Enumerable.Range(1, whole).Select(static i => (long)i)), $"cut at {length}");
            Assert.That(read.IsTorn, Is.EqualTo(_records.Exists(record => record.Begin + 4 <= length && record.End > length)), $"cut at {length}");
        }
    }

    [Test]
    public void With_zeros_from_any_byte_on_it_has_all_that_was_whole_and_nothing_else()
    {
        using LogFile file = new();
        for (int length = 0; length <= _log.Length; length += 3)
        {
            byte[] bytes = new byte[_log.Length];
            _log.AsSpan(0, length).CopyTo(bytes);
            file.Write(bytes);
            int whole = _records.Count(record => record.End <= length);
            Assert.That(LogReader.Read(_format, [file.Path]).Live, Has.Count.InRange(whole, whole + 1), $"zeros from {length}");
        }
    }

    [Test]
    public void A_byte_that_is_changed_before_the_end_is_damage_and_never_passed_over()
    {
        using LogFile file = new();
        for (int at = _records[0].Begin; at < _records[^1].End; at++)
        {
            byte[] bytes = [.. _log];
            bytes[at] ^= 0x55;
            file.Write(bytes);
            int hit = _records.FindIndex(record => record.Begin <= at && at < record.End);
            if (hit < 0)
            {
                // What the log has written around them.
                Assert.That(LogReader.Read(_format, [file.Path]).Live, Has.Count.EqualTo(Writes), $"changed at {at}");
            }
            else if (hit < Writes - 1)
            {
                Assert.Throws<InvalidDataException>(() => LogReader.Read(_format, [file.Path]), $"changed at {at}");
            }
            else
            {
                Assert.That(LogReader.Read(_format, [file.Path]).Live, Has.Count.EqualTo(Writes - 1), $"changed at {at}");
            }
        }
    }

    [Test]
    public async Task After_a_torn_end_it_opens_says_so_and_goes_on()
    {
        foreach (int record in (int[])[1, 6, Writes - 1])
        {
            using JournalFolder torn = _folder.Crash();
            using (FileStream file = File.OpenWrite(torn.LogFiles.Single()))
                file.SetLength(_records[record].End - 1);
            FakeLogger log = new();
            (FileWriteJournal journal, JournalRecovery found) = await torn.OpenAsync(logger: log);
            await using (journal)
            {
                Assert.That(found.Records, Has.Count.EqualTo(record));
                Assert.That(log.Collector.GetSnapshot().Select(static one => one.Id.Id), Does.Contain(201));
                await JournalFolder.AppendAsync(journal, "more", "v");
            }

            (journal, found) = await torn.OpenAsync();
            await using (journal)
                Assert.That(found.Records, Has.Count.EqualTo(record + 1));
        }
    }

    [Test]
    public async Task Damage_is_said_and_nothing_is_changed()
    {
        using JournalFolder damaged = _folder.Crash();
        byte[] bytes = [.. _log];
        bytes[_records[5].End - 1] ^= 1;
        string file = damaged.LogFiles.Single();
        await File.WriteAllBytesAsync(file, bytes);
        InvalidDataException error = (await Assert.ThrowsAsync<InvalidDataException>(async () => await damaged.OpenAsync()))!;
        Assert.That(error.Message, Does.Contain("record 7 comes after record 5").And.Contain("give the journal another one"));
        Assert.That(await File.ReadAllBytesAsync(file), Is.EqualTo(bytes));
        Assert.That(damaged.LogFiles, Is.EqualTo(new[] { file }));
    }

    [Test]
    public void A_gap_behind_what_is_known_to_be_committed_is_the_end()
    {
        using LogFile file = new();
        byte[] bytes = [.. _log];
        bytes[_records[5].Begin + 30] ^= 1;
        file.Write(bytes);
        for (int committed = 0; committed < Writes; committed++)
        {
            if (committed <= 5)
                Assert.That(LogReader.Read(_format, [file.Path], committed).Live, Has.Count.EqualTo(5));
            else
                Assert.Throws<InvalidDataException>(() => LogReader.Read(_format, [file.Path], committed));
        }
    }

    [Test]
    public async Task A_damaged_head_is_said()
    {
        using JournalFolder damaged = _folder.Crash();
        string head = Path.Combine(damaged.Path, JournalHead.FileName);
        byte[] bytes = await File.ReadAllBytesAsync(head);
        bytes[13] ^= 1;
        await File.WriteAllBytesAsync(head, bytes);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await damaged.OpenAsync());
    }

    [Test]
    public async Task A_crash_while_a_log_is_begun_anew_leaves_the_one_before()
    {
        using JournalFolder crashed = _folder.Crash();
        JournalHead head = JournalHead.Read(crashed.Path)!;
        string half = (head with { Generation = head.Generation + 1 }).LogDirectory(crashed.Path);
        Directory.CreateDirectory(half);
        await File.WriteAllBytesAsync(Path.Combine(half, "log.0"), _log[..200]);
        await File.WriteAllBytesAsync(Path.Combine(crashed.Path, "journal.next"), [1, 2, 3]);
        (FileWriteJournal journal, JournalRecovery found) = await crashed.OpenAsync();
        await using (journal)
            Assert.That(found.Records, Has.Count.EqualTo(Writes));
    }

    [Test]
    public void A_value_that_looks_like_a_record_is_none()
    {
        byte[] forged = new byte[100], record = new byte[400];
        int length = new JournalFormat(_format.GetHashCode()).Write(forged, 2, RecordKind.Upsert, 99, "k"u8, "v"u8);
        int end = _format.Write(record, 1, RecordKind.Upsert, 1, "k"u8, forged.AsSpan(0, length));
        using LogFile file = new();
        // Whole, and with its end torn off behind what is in it.
        file.Write(record.AsSpan(0, end));
        Assert.That(LogReader.Read(_format, [file.Path]).Live, Has.Count.EqualTo(1));
        record[20] ^= 1;
        file.Write(record.AsSpan(0, end));
        Assert.That(LogReader.Read(_format, [file.Path]).Live, Is.Empty);
    }

    /// <summary>The only file of a log.</summary>
    private sealed class LogFile : IDisposable
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("cachering-log-").FullName;

        public string Path => System.IO.Path.Combine(_directory, "log.0");

        public void Write(ReadOnlySpan<byte> bytes) => File.WriteAllBytes(Path, bytes);

        public void Dispose() => Directory.Delete(_directory, recursive: true);
    }

    private int IndexOfMagic(int from)
    {
        int at = _log.AsSpan(from).IndexOf(JournalFormat.MagicBytes);
        return at < 0 ? -1 : from + at;
    }
}
