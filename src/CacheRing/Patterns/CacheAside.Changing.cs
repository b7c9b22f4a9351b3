using System.Buffers;
using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Invalidation;
using CacheRing.Sharding;
using Microsoft.Extensions.Caching.Hybrid;

namespace CacheRing.Patterns;

/// <content>
/// Storing and removing. What the process keeps is voided before the nodes are asked, and until they have answered nothing is
/// kept of what is read: it may be what was there before.
/// </content>
internal sealed partial class CacheAside
{
    public override ValueTask SetAsync<T>(
        string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) =>
        SetAsync(key, value, options is null ? _default : PolicyOf(options), TagList.Of(tags), cancellationToken);

    public override ValueTask SetAsync<T>(
        string key, T value, ShardedHybridCacheEntryOptions? options, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) =>
        SetAsync(key, value, options is null ? _default : PolicyOf(options), TagList.Of(tags), cancellationToken);

    public override async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsFit(key))
            return;
        _local?.Begin(key);
        RemoveOutcome outcome = RemoveOutcome.Queued;
        try
        {
            outcome = await _parts.Cache.TryRemoveAsync(key, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await EndAsync(key, outcome == RemoveOutcome.Applied).ConfigureAwait(false);
        }
    }

    public override async ValueTask RemoveAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // HybridCache asks for that: null is none.
        if (keys is null)
            return;
        List<string> fit = [.. keys.Where(IsFit).Distinct(StringComparer.Ordinal)];
        if (fit.Count == 0)
            return;
        foreach (string key in fit)
            _local?.Begin(key);
        IReadOnlyCollection<string> left = fit;
        try
        {
            left = (await _parts.Cache.RemoveManyAsync(fit, cancellationToken).ConfigureAwait(false)).Unavailable;
        }
        finally
        {
            if (_local is not null)
            {
                HashSet<string> queued = [.. left];
                await Task.WhenAll(fit.Select(key => EndAsync(key, !queued.Contains(key)).AsTask())).ConfigureAwait(false);
            }
        }
    }

    public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return RemoveByTagAsync([tag], cancellationToken);
    }

    public override async ValueTask RemoveByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (tags is null)
            return;
        string[] list = [.. tags.Distinct(StringComparer.Ordinal)];
        if (list.Length == 0)
            return;
        foreach (string tag in list)
            TagList.Check(tag);

        ForgetEverything(list);
        _local?.BeginTags(list);
        bool isApplied = false;
        try
        {
            isApplied = await _parts.Cache.RemoveFromAllAsync([.. list.Select(TagKeys.Of)], cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ForgetEverything(list);
            _local?.EndTags(list);
            if (!isApplied)
                LogEvents.TagsQueued(_parts.Logger, list.Length);
            if (_local is not null)
                await _local.PublishTagsAsync(list).ConfigureAwait(false);
        }

        if (list.Contains(TagKeys.Everything))
            await EverythingBoard.ForgottenByAllAsync(_parts.Cache.Live[0], cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SetAsync<T>(string key, T value, EntryPolicy policy, string[] tags, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!IsFit(key))
            return;
        using PooledWriter writer = new();
        ValueFormat<T> format = _parts.Formats.Get<T>();
        if (policy.ExpirationOf(value is null) is not { } expiration || !TryWrite(value, format, writer))
        {
            // What is not kept must not leave the older value behind.
            await RemoveAsync(key, cancellation).ConfigureAwait(false);
            return;
        }

        EntryTerms terms = EntryTerms.Of(policy, expiration, TimeSpan.Zero, _parts.Time.GetUtcNow());
        Shard shard = _parts.Cache.OwnerOf(key);
        _local?.Begin(key);
        try
        {
            LocalValidity? validity = policy.WritesLocal ? _local?.CaptureChange(shard, key, tags) : null;
            if ((!policy.WritesNodes || await StoreAsync(shard, key, writer.Memory, terms, tags, cancellation).ConfigureAwait(false)) && validity is { } held)
            {
                byte[]? copy = format.IsShareable ? null : writer.Memory.ToArray();
                _local!.Keep(key, new LocalValue<T>(
                    format, value, copy, _local.TermsOf(policy.LocalExpiration, policy.Beta, terms.FreshUntil, 0, writer.Length, held)));
            }
        }
        finally
        {
            _local?.End(key);
        }
    }

    private async ValueTask<bool> StoreAsync(
        Shard shard, string key, ReadOnlyMemory<byte> bytes, EntryTerms terms, string[] tags, CancellationToken cancellation)
    {
        TagVersion[] versions = await TagVersions.CurrentAsync(shard, [TagKeys.Everything, .. tags], cancellation).ConfigureAwait(false) ?? [default];
        byte[] annex = EntryAnnex.Make(terms.FreshUntil, 0, versions[0].Version, versions[1..]);
        bool isApplied = false;
        try
        {
            isApplied = await _parts.Cache.SetAsync(key, new ReadOnlySequence<byte>(bytes), terms.Lifetime, annex, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (_local is not null)
                await _local.PublishAsync(key, isApplied).ConfigureAwait(false);
        }

        return isApplied;
    }

    private bool TryWrite<T>(T value, ValueFormat<T> format, PooledWriter writer)
    {
        // Unlike a loader's, a value that cannot be written is the caller's to know of.
        format.Write(value, writer);
        if (_parts.Cache.Accepts(writer.Length))
            return true;
        _parts.Meter.Count(FillResult.TooLarge);
        LogEvents.TooLargeToKeep(_parts.Logger, writer.Length);
        return false;
    }

    private void ForgetEverything(string[] tags)
    {
        if (tags.Contains(TagKeys.Everything))
            _parts.Everything.Forget();
    }

    private ValueTask EndAsync(string key, bool isApplied)
    {
        if (_local is not { } local)
            return default;
        local.End(key);
        return local.PublishAsync(key, isApplied);
    }
}
