using Microsoft.Extensions.Logging;

namespace CacheRing.Journal;

/// <summary>What the journal logs. An id is never given to another event.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(200, LogLevel.Information, "The journal in '{Directory}' is open: {Live} writes wait for the store, {Bytes} bytes.")]
    public static partial void Opened(ILogger logger, string directory, int live, long bytes);

    [LoggerMessage(201, LogLevel.Warning, "The end of the journal in '{Directory}' was torn and is left out: the process or the machine ended while it was being written. What was acknowledged is there.")]
    public static partial void Torn(ILogger logger, string directory);

    [LoggerMessage(202, LogLevel.Error, "The journal in '{Directory}' cannot be written. Writes are refused until it can, which is tried every second; what was acknowledged is kept. Is the disk full?")]
    public static partial void Failed(ILogger logger, string directory, Exception error);

    [LoggerMessage(203, LogLevel.Information, "The journal in '{Directory}' can be written again.")]
    public static partial void Mended(ILogger logger, string directory);

    [LoggerMessage(204, LogLevel.Warning, "The journal in '{Directory}' is full: it has {Bytes} bytes (MaxBytes is {MaxBytes}). Writes are refused until the store has caught up.")]
    public static partial void Full(ILogger logger, string directory, long bytes, long maxBytes);
}
