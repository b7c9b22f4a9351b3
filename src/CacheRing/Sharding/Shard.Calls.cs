using CacheRing.Diagnostics;
using CacheRing.Failover;
using CacheRing.Nodes;

namespace CacheRing.Sharding;

/// <content>Calls beyond the hot path: with the generation confirmed, through the user's pipeline, or not made at all.</content>
internal sealed partial class Shard
{
    /// <summary>Reads a key, and the record of the generation with it. A failure is a miss, or thrown, as the options say.</summary>
    public async ValueTask<byte[]?> ReadAsync(string key, CancellationToken token)
    {
        try
        {
            return await _pipeline.CallAsync(token => ReadOnceAsync(key, token), token).ConfigureAwait(false);
        }
        catch (NodeException failure)
        {
            return await ReadFailedAsync(key, failure, token).ConfigureAwait(false);
        }
    }

    /// <summary>The node is out: nothing is sent.</summary>
    /// <exception cref="NodeException">Why, when reads are to throw.</exception>
    public void NotRead(string key)
    {
        NodeException reason = Reason();
        NotCalled(CacheOperation.Get, reason, keys: 1);
        LogEvents.CallFailed(_logger, CacheOperation.Get, key, Node.Name, reason);
        if (_throwOnReadFailure)
            throw reason;
    }

    /// <summary>The node is out, or must not have this key yet: the write or remove waits.</summary>
    public void NotWritten(CacheOperation operation, string key)
    {
        Undelivered(operation, key, lateSince: null);
        if (Guard.IsServing)
            _meter.Count(operation, CacheOutcome.Failed);
        else
            NotCalled(operation, Reason(), keys: 1);
    }

    /// <summary>A call was not made because the node is out.</summary>
    public void NotCalled(CacheOperation operation, NodeException reason, int keys)
    {
        _faults.Failed(reason, operation, keys, isKnown: true);
        _meter.Count(operation, CacheOutcome.Failed, keys);
    }

    /// <summary>What was asked on a connection that has been replaced since: the answer does not count.</summary>
    public NodeException Overtaken() =>
        new(Node.Name, NodeFailureKind.Unreachable, $"Node '{Node.Name}' has another connection since it was asked.");

    public NodeException Reason() => Guard.Reason
        ?? new NodeException(Node.Name, NodeFailureKind.Unreachable, $"Node '{Node.Name}' is being made ready, and not used before.");

    /// <summary>Reads keys into the reader, so many at a time that no one command takes long.</summary>
    /// <returns>Null; the failure when not all of them were read.</returns>
    public async Task<NodeException?> TryGetManyAsync(IReadOnlyList<string> keys, IStoredReader reader, CancellationToken token)
    {
        try
        {
            if (keys.Count <= ReadWindow.FirstKeys)
            {
                await GetWindowAsync(keys, reader, token).ConfigureAwait(false);
                return null;
            }

            for (ReadWindow window = new(keys, reader); window.MoveNext();)
                await GetWindowAsync(window.Keys, window, token).ConfigureAwait(false);
            return null;
        }
        catch (NodeException failure)
        {
            Failed(CacheOperation.Get, failure, keys.Count);
            return failure;
        }
    }

    /// <summary>After a read has failed: waits for the node's new connection, if it has lost one.</summary>
    /// <returns>Whether it is worth asking once more.</returns>
    public async ValueTask<bool> IsBackAsync(NodeException failure, CancellationToken token)
    {
        if (!_pipeline.CanRetry || !FailureClasses.IsWorthARetry(failure.Kind))
            return false;
        Guard.CheckConnection();
        await JoinedAsync(token).ConfigureAwait(false);
        return Guard.IsServing && Guard.IsCurrent(Node.Epoch);
    }

    /// <summary>
    /// Writes entries, and returns the buffers of those that were written. They go in windows, each with a deadline of its own: a slow
    /// batch is slow, and no failure. What the node is not there for any more is not sent. A window that begins when the generation is not
    /// confirmed carries the record's read beside it: a process that only writes would else go on in a generation that nobody reads.
    /// </summary>
    public async Task<ManyWritten> SetManyAsync(IReadOnlyList<NodeWrite> writes, CancellationToken token)
    {
        NodeException?[] failures = new NodeException?[writes.Count];
        bool isConfirmed = true;
        int sent = 0;
        try
        {
            while (sent < writes.Count)
            {
                if (sent > 0 && !(Guard.IsServing && Guard.IsCurrent(Node.Epoch)))
                    await JoinedAsync(token).ConfigureAwait(false);
                NodeWrite[] window = WriteWindow.Next(writes, sent);
                Memory<NodeException?> outcome = failures.AsMemory(sent, window.Length);
                bool isFirst = sent == 0;
                sent += window.Length;
                if (isFirst || (Guard.IsServing && Guard.IsCurrent(Node.Epoch)))
                {
                    Task<bool>? confirming = Guard.IsFresh ? null : ConfirmAsync(token);
                    await SetWindowAsync(window, outcome, token).ConfigureAwait(false);
                    isConfirmed = isConfirmed && (confirming is null || await confirming.ConfigureAwait(false));
                }
                else
                {
                    Refuse(window, outcome.Span);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // What was never sent changes nothing: its caller knows that it was not written.
            for (int i = sent; i < writes.Count; i++)
                writes[i].Entry.Return();
            throw;
        }

        return new ManyWritten(failures, isConfirmed);
    }

    /// <summary>Asks for the record, so that it is sent before what is sent next.</summary>
    /// <returns>Whether the generation is still the one that was believed in; true also when the node did not answer, which the write says.</returns>
    private async Task<bool> ConfirmAsync(CancellationToken token)
    {
        int epoch = Node.Epoch;
        ulong generation = Guard.Generation;
        long askedAt = _time.GetTimestamp();
        RecordReader reader = new();
        try
        {
            await Node.GetManyAsync(RecordReader.Keys, reader, token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is NodeException or OperationCanceledException)
        {
            return true;
        }

        return Guard.Confirm(reader.Record, epoch, askedAt) && Guard.Generation == generation;
    }

    private void Refuse(NodeWrite[] writes, Span<NodeException?> failures)
    {
        NodeException reason = Reason();
        for (int i = 0; i < writes.Length; i++)
        {
            writes[i].Entry.Return();
            failures[i] = reason;
            NotWritten(CacheOperation.Set, writes[i].Key);
        }
    }

    private Task GetWindowAsync(IReadOnlyList<string> keys, IStoredReader reader, CancellationToken token) =>
        _pipeline.IsUsers ? CallAsync(token => Node.GetManyAsync(keys, reader, token), token) : Node.GetManyAsync(keys, reader, token);

    private async Task SetWindowAsync(NodeWrite[] writes, Memory<NodeException?> outcome, CancellationToken token)
    {
        int epoch = Node.Epoch;
        NodeException?[] failures;
        try
        {
            failures = _pipeline.IsUsers
                ? await _pipeline.CallAsync(token => AttemptAsync(writes, token), token).ConfigureAwait(false)
                : await Node.SetManyAsync(writes, token).ConfigureAwait(false);
        }
        catch (NodeException failure)
        {
            failures = new NodeException?[writes.Length];
            Array.Fill(failures, failure);
        }
        catch (OperationCanceledException)
        {
            foreach (NodeWrite write in writes)
                NotCarriedOut(CacheOperation.Set, write.Key, epoch, null, write.Entry.Stamp);
            throw;
        }

        failures.CopyTo(outcome);
        NodeException? first = null;
        int failed = 0;
        bool isCurrent = Guard.IsCurrent(epoch);
        for (int i = 0; i < failures.Length; i++)
        {
            if (failures[i] is { } failure)
            {
                first ??= failure;
                failed++;
                NotCarriedOut(CacheOperation.Set, writes[i].Key, epoch, failure, writes[i].Entry.Stamp);
                continue;
            }

            writes[i].Entry.Return();
            if (!isCurrent)
            {
                Undelivered(CacheOperation.Set, writes[i].Key, lateSince: null);
                outcome.Span[i] = Reason();
            }
        }

        // One failure, however many keys it concerns.
        if (first is not null)
            Failed(CacheOperation.Set, first, failed);
        if (failed < failures.Length)
            Answered(CacheOperation.Set, CacheOutcome.Ok, failures.Length - failed);
    }

    // In a pipeline that tries again: what an earlier attempt has sent may still arrive, whatever becomes of a later one.
    private async ValueTask<NodeException?[]> AttemptAsync(IReadOnlyList<NodeWrite> writes, CancellationToken token)
    {
        int epoch = Node.Epoch;
        try
        {
            return await Node.SetManyAsync(writes, token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or NodeException { MayTakeEffect: true }
            && Guard.Has(Protections.WriteNumbers))
        {
            foreach (NodeWrite write in writes)
                Undelivered(CacheOperation.Set, write.Key, epoch, write.Entry.Stamp);
            throw;
        }
    }

    /// <summary>Removes keys; false when the node has not, or not surely.</summary>
    public async Task<bool> TryRemoveManyAsync(IReadOnlyList<string> keys, CancellationToken token)
    {
        int epoch = Node.Epoch;
        try
        {
            if (_pipeline.IsUsers)
                await CallAsync(token => Node.RemoveManyAsync(keys, token), token).ConfigureAwait(false);
            else
                await Node.RemoveManyAsync(keys, token).ConfigureAwait(false);
        }
        catch (NodeException failure)
        {
            foreach (string key in keys)
                Undelivered(CacheOperation.Remove, key, lateSince: null);
            Failed(CacheOperation.Remove, failure, keys.Count);
            return false;
        }
        catch (OperationCanceledException)
        {
            foreach (string key in keys)
                Undelivered(CacheOperation.Remove, key, lateSince: null);
            throw;
        }

        Answered(CacheOperation.Remove, CacheOutcome.Ok, keys.Count);
        if (Guard.IsCurrent(epoch))
            return true;
        foreach (string key in keys)
            Undelivered(CacheOperation.Remove, key, lateSince: null);
        return false;
    }

    private async Task CallAsync(Func<CancellationToken, Task> call, CancellationToken token) => await _pipeline.CallAsync(
        async token =>
        {
            await call(token).ConfigureAwait(false);
            return true;
        },
        token).ConfigureAwait(false);

    // The connection may have been lost: nothing is asked before the node has been greeted on the next, which is waited for.
    private async ValueTask<byte[]?> ReadAgainAsync(string key, CancellationToken token)
    {
        Guard.CheckConnection();
        await JoinedAsync(token).ConfigureAwait(false);
        return Guard.IsServing && Guard.IsCurrent(Node.Epoch) ? await ReadOnceAsync(key, token).ConfigureAwait(false) : throw Reason();
    }

    private byte[]? CopyOf(string key, int epoch, byte[] stored) =>
        TryOpen(key, epoch, stored, out ReadOnlySpan<byte> value) ? value.ToArray() : null;

    private async ValueTask<byte[]?> ReadOnceAsync(string key, CancellationToken token)
    {
        int epoch = Node.Epoch;
        long askedAt = _time.GetTimestamp();
        StoredPair pair = await Node.GetPairAsync(GenerationRecord.Key, key, token).ConfigureAwait(false);
        bool isRight = Guard.Confirm(pair.First, epoch, askedAt);
        if (isRight && pair.Second is { } stored && CopyOf(key, epoch, stored) is { } copy)
            return copy;
        if (IsOvertaken(epoch))
            throw Overtaken();
        if (!isRight || pair.Second is null)
            Missed();
        return null;
    }
}
