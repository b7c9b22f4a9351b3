using CacheRing.Testing.Behind;
using Microsoft.Extensions.Logging;

namespace CacheRing.BehindClient;

/// <summary>Notes each change that a node could not be told of, as the cache logs it.</summary>
internal sealed class UntoldLog(AcknowledgedVersions acknowledged) : ILoggerProvider, ILogger
{
    private const int ChangeQueued = 46;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == ChangeQueued)
            acknowledged.NoteUntold();
    }

    public void Dispose()
    {
    }
}
