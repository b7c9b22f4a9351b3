using FASTER.core;

namespace CacheRing.Journal;

/// <summary>
/// A FasterLog in a folder of its own: appends, group commits and truncation. How it frames and recovers is not relied on, as its
/// reader passes over a page that is zeroed and cannot tell a torn end from damage; see <see cref="LogReader"/>.
/// </summary>
internal sealed class SegmentedLog : IDisposable
{
    private const int PagesInMemory = 16;
    private readonly IDevice _device;
    private readonly FasterLog _log;

    public SegmentedLog(string directory, FileWriteJournalOptions options, Func<string, IDevice>? device)
    {
        Directory.CreateDirectory(directory);
        string file = Path.Combine(directory, "log");

        // The same on every system: its files are opened so that a write ends when it is on disk.
        _device = device?.Invoke(file) ?? new ManagedLocalStorageDevice(file);

        // A record lies within a page, with what the log writes around it.
        long page = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)(2L * options.MaxWriteBytes));
        _log = new FasterLog(new FasterLogSettings
        {
            LogDevice = _device,
            LogCommitDir = directory,
            PageSize = page,
            MemorySize = page * PagesInMemory,
            SegmentSize = Math.Max(page, options.SegmentBytes),
            LogChecksum = LogChecksumType.PerEntry,
            FastCommitMode = true,
            TryRecoverLatest = false,
            RemoveOutdatedCommits = true,
            AutoCommit = false,
        });
        SegmentBytes = Math.Max(page, options.SegmentBytes);
    }

    public long SegmentBytes { get; }

    /// <summary>How much there is between the first byte that is needed and the last that was appended.</summary>
    public long Bytes => _log.TailAddress - _log.BeginAddress;

    public long BeginAddress => _log.BeginAddress;

    /// <summary>Everything before it is on disk.</summary>
    public long CommittedUntil => _log.CommittedUntilAddress;

    /// <summary>The files of a log, in order.</summary>
    public static IEnumerable<string> FilesIn(string directory) =>
        !Directory.Exists(directory)
            ? []
            : Directory.EnumerateFiles(directory, "log.*")
                .Where(static file => int.TryParse(Path.GetExtension(file).AsSpan(1), out _))
                .OrderBy(static file => int.Parse(Path.GetExtension(file).AsSpan(1), System.Globalization.CultureInfo.InvariantCulture));

    public long Append(ReadOnlySpan<byte> record) => _log.Enqueue(record);

    /// <summary>Ends when all that was appended before is on disk.</summary>
    public async Task CommitAsync() => await _log.CommitAsync().ConfigureAwait(false);

    /// <summary>Reads a record that is on disk; for one that is not it would wait until it is.</summary>
    public async Task<byte[]> ReadAsync(long address) => (await _log.ReadAsync(address).ConfigureAwait(false)).Item1;

    /// <summary>What is before an address is not needed any more; it goes file by file, with the next commit.</summary>
    public void TruncateUntil(long address) => _log.TruncateUntil(address);

    public void Dispose()
    {
        _log.Dispose();
        _device.Dispose();
    }
}
