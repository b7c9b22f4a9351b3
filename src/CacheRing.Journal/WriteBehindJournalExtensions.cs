using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CacheRing;

/// <summary>Gives write-behind caches a journal on disk.</summary>
public static class WriteBehindJournalExtensions
{
    /// <summary>Has a write-behind cache keep its writes in a <see cref="FileWriteJournal"/> until the store has them.</summary>
    /// <param name="options">The settings of the write-behind cache.</param>
    /// <param name="directory">The folder of the journal's files, for this cache in this process alone.</param>
    /// <param name="configure">Makes further settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">A setting cannot be used.</exception>
    public static void UseJournal(this WriteBehindOptions options, string directory, Action<FileWriteJournalOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        FileWriteJournalOptions journal = new() { Directory = directory };
        configure?.Invoke(journal);
        journal.Check();
        options.Journal = services => new FileWriteJournal(
            journal, services.GetService<ILoggerFactory>()?.CreateLogger("CacheRing.Journal"), services.GetService<TimeProvider>());
    }
}
