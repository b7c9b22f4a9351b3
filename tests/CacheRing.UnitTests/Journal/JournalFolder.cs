using System.Text;
using CacheRing.Journal;
using Microsoft.Extensions.Logging;

namespace CacheRing.UnitTests.Journal;

/// <summary>A folder for a journal, that goes away with the test.</summary>
internal sealed class JournalFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cachering-journal-").FullName;

    /// <summary>The files of the log that is in it.</summary>
    public string[] LogFiles => [.. SegmentedLog.FilesIn(JournalHead.Read(Path)!.LogDirectory(Path))];

    public FileWriteJournalOptions Options => new() { Directory = Path, SegmentBytes = 4 << 20, MaxWriteBytes = 1 << 16 };

    public async Task<(FileWriteJournal Journal, JournalRecovery Found)> OpenAsync(Action<FileWriteJournalOptions>? configure = null, ILogger? logger = null)
    {
        FileWriteJournalOptions options = Options;
        configure?.Invoke(options);
        FileWriteJournal journal = new(options, logger);
        return (journal, await journal.OpenAsync(default));
    }

    /// <summary>The folder as a crash at this moment would leave it.</summary>
    public JournalFolder Crash()
    {
        JournalFolder copy = new();
        foreach (string file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
        {
            string name = System.IO.Path.GetRelativePath(Path, file);
            if (name == "lock")
                continue;
            string to = System.IO.Path.Combine(copy.Path, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(to)!);
            CopyOpen(file, to);
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    // The log has its files open for writing; those that it needs no longer may go while the others are copied.
    private static void CopyOpen(string file, string to)
    {
        try
        {
            using FileStream from = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using FileStream target = File.Create(to);
            from.CopyTo(target);
        }
        catch (FileNotFoundException)
        {
        }
    }

    public static async Task<JournalEntry> AppendAsync(IWriteJournal journal, string key, string value)
    {
        await journal.AppendAsync(StoreWriteKind.Upsert, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value), out JournalEntry entry);
        return entry;
    }

    /// <summary>Which write of its log it was.</summary>
    public static long Place(JournalEntry entry) => entry.Sequence & ((1L << 40) - 1);

    public static string[] Texts(JournalRecovery found) =>
        [.. found.Records.Select(static record => FormattableString.Invariant($"{Place(record.Entry)} {record.Kind} {Encoding.UTF8.GetString(record.Key.Span)}={Encoding.UTF8.GetString(record.Value.Span)}"))];
}
