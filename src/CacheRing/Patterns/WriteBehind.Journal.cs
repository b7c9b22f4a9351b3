using CacheRing.Diagnostics;
using CacheRing.Writes;

namespace CacheRing.Patterns;

/// <content>
/// Opening the journal, and taking what it holds. A write is kept in it with the bytes that the key's and the value's formats
/// make, as the cache has them: who changes a type keeps it able to read what was written before, as for the cache.
/// </content>
internal sealed partial class WriteBehind<TKey, TValue, TStore>
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private ValueFormat<TKey>? _keyFormat;
    private bool _isKeyChecked;
    private volatile bool _isOpen;

    /// <summary>Opens the journal, if there is one and it is not open, and begins with what it holds.</summary>
    /// <exception cref="IOException">The journal cannot be opened.</exception>
    /// <exception cref="InvalidOperationException">What it holds cannot be read.</exception>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        if (_isOpen)
            return;
        await _opening.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_isOpen)
                return;
            _keyFormat ??= Parts.Aside.Formats.Get<TKey>();
            IWriteJournal journal = _behind.Journal!();
            try
            {
                JournalRecovery found = await journal.OpenAsync(cancellation).ConfigureAwait(false);
                List<PendingWrite<TKey, TValue>> writes = [.. found.Records.Select(Read)];
                if (writes.Count > 0)
                    LogEvents.Replays(_logger, Parts.Name, writes.Count);
                _queue.Restore(journal, found, writes);
            }
            catch
            {
                await journal.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            _queue.Start();
            _isOpen = true;
        }
        finally
        {
            _opening.Release();
        }
    }

    private PendingWrite<TKey, TValue> Read(JournalRecord record)
    {
        try
        {
            TKey key = _keyFormat!.Read(record.Key.Span);
            FoundValue<TValue>? value = Format.Read(record.Value.Span);
            return new PendingWrite<TKey, TValue>(key, KeyOf(key), record.Kind, value is null ? default : value.Value, record.Value.ToArray()) { Entry = record.Entry };
        }
        catch (Exception error)
        {
            throw new InvalidOperationException(
                $"The journal of the write-behind cache '{Parts.Name}' holds a write (sequence {record.Entry.Sequence}) that cannot be read as {typeof(TKey)} and {typeof(TValue)}. "
                + "Has a type changed? Run a version that can read it until nothing is pending; or move the journal's directory away, and with it what the store never got.",
                error);
        }
    }

    /// <exception cref="InvalidOperationException">Keys of this type do not come back from their bytes.</exception>
    private byte[] JournalKeyOf(TKey key)
    {
        byte[] bytes = BytesOf(_keyFormat!, key);
        if (!_isKeyChecked)
        {
            if (!EqualityComparer<TKey>.Default.Equals(_keyFormat!.Read(bytes), key))
            {
                throw new InvalidOperationException(
                    $"A key of {typeof(TKey)} is another after it was written and read, so that the journal of '{Parts.Name}' cannot keep it. Give it properties that JSON can set, or register an IHybridCacheSerializer<{typeof(TKey).Name}>.");
            }

            _isKeyChecked = true;
        }

        return bytes;
    }
}
