namespace CacheRing.Journal;

/// <summary>
/// Room on the disk that is kept for the journal: on a disk that it has filled itself it could not be begun anew otherwise, not even
/// with nothing in it. As good as the disk allows; never throws.
/// </summary>
internal sealed class DiskReserve(string directory)
{
    public const string FileName = "reserve";
    public const long Bytes = 4 << 20;

    // Of the log's files, its commits and the head.
    private const long Overhead = 1 << 20;
    private readonly string _file = Path.Combine(directory, FileName);

    /// <summary>Whether it is there, and so much fits into it.</summary>
    public bool Suffices(long bytes) => bytes <= Bytes - Overhead && File.Exists(_file);

    /// <summary>Whether a log of so many bytes fits beside the present one; true as well where the system does not say.</summary>
    public bool HasRoomFor(long bytes)
    {
        try
        {
            // Some file systems say nothing: 0 of 0.
            DriveInfo disk = new(directory);
            return Suffices(bytes) || disk.AvailableFreeSpace >= bytes + Overhead || disk.TotalSize == 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return true;
        }
    }

    public void Take()
    {
        if (File.Exists(_file))
            return;
        try
        {
            using FileStream file = new(_file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = Bytes });

            // Some systems let go of what lies behind the end of a file that is closed.
            file.SetLength(Bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Give();
        }
    }

    public void Give()
    {
        try
        {
            File.Delete(_file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It stays, and what was to have its room is tried again.
        }
    }
}
