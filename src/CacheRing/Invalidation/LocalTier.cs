using CacheRing.Sharding;
using Microsoft.Extensions.Logging;

namespace CacheRing.Invalidation;

/// <summary>
/// The local cache (L1) in front of the nodes: what it keeps of a node it keeps while that node's messages are heard, and while
/// none of them has named its key or one of its tags. Safe for any number of threads; a hit takes no lock and allocates
/// nothing.
/// </summary>
internal sealed partial class LocalTier : IDisposable
{
    private readonly LocalCache _kept;
    private readonly InvalidationStripes _stripes = new();
    private readonly Dictionary<Shard, NodeChannel> _channels;
    private readonly ShardedCache _nodes;
    private readonly TimeSpan _longest;
    private readonly TimeProvider _time;
    private int _clearing;

    public LocalTier(ShardedCache nodes, LocalCacheOptions options, ILogger logger)
    {
        _nodes = nodes;
        _time = nodes.Time;
        _longest = options.Expiration;
        _kept = new LocalCache(options.MaxCount, options.MaxBytes, _time);
        ulong sender = nodes.Live[0].NextStamp();
        _channels = nodes.Live.ToDictionary(static shard => shard, shard => new NodeChannel(shard, this, sender, logger));
        foreach (NodeChannel channel in _channels.Values)
            channel.Start();
    }

    /// <summary>Whether other processes' changes are heard of.</summary>
    public bool HearsMessages => _nodes.Live.All(static shard => shard.Node.Bus is not null);

    public int Count => _kept.Count;

    public long Bytes => _kept.Bytes;

    public bool TryGet(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out LocalEntry? entry) => _kept.TryGet(key, out entry);

    /// <summary>To be called before a value is read or loaded; null while nothing of the node, or of the key, may be kept.</summary>
    public LocalValidity? Capture(Shard shard, string key, IReadOnlyList<string> tags) => Capture(shard, key, tags, ownChanges: 0);

    /// <summary>To be called by who is about to store a value, once its change has begun.</summary>
    public LocalValidity? CaptureChange(Shard shard, string key, IReadOnlyList<string> tags) => Capture(shard, key, tags, ownChanges: 1);

    public void Keep(string key, LocalEntry entry) => _kept.TrySet(key, entry);

    /// <summary>Another process has changed a key.</summary>
    public void Changed(string key)
    {
        _stripes.Bump(_stripes.KeyStripe(key));
        _kept.Remove(key);
    }

    /// <summary>
    /// This process is about to change a key. Until it has, nothing that is read of it is kept: it may be what was there before.
    /// </summary>
    public void Begin(string key)
    {
        _stripes.Begin(_stripes.KeyStripe(key));
        _kept.Remove(key);
    }

    public void End(string key) => _stripes.End(_stripes.KeyStripe(key));

    /// <summary>This process is about to remove tags.</summary>
    public void BeginTags(ReadOnlySpan<string> tags)
    {
        foreach (string tag in tags)
        {
            if (tag == TagKeys.Everything)
                Interlocked.Increment(ref _clearing);
            else
                _stripes.Begin(_stripes.TagStripe(tag));
        }

        TagsChanged(tags);
    }

    public void EndTags(ReadOnlySpan<string> tags)
    {
        // Once more: a value whose tags the reader has not named was taken without asking for them.
        TagsChanged(tags);
        foreach (string tag in tags)
        {
            if (tag == TagKeys.Everything)
                Interlocked.Decrement(ref _clearing);
            else
                _stripes.End(_stripes.TagStripe(tag));
        }
    }

    /// <summary>Tags have been removed.</summary>
    public void TagsChanged(ReadOnlySpan<string> tags)
    {
        foreach (string tag in tags)
        {
            if (tag == TagKeys.Everything)
                AllChanged();
            else
                _stripes.Bump(_stripes.TagStripe(tag));
        }
    }

    /// <summary>Tells the other clients of a key's nodes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isApplied">Whether the nodes have carried it out; if not, they are told again when they have.</param>
    public async ValueTask PublishAsync(string key, bool isApplied)
    {
        (Shard owner, Shard? next) = _nodes.ConcernedBy(key);
        await _channels[owner].PublishAsync(InvalidationMessage.Keys, isApplied, key).ConfigureAwait(false);
        if (next is not null)
            await _channels[next].PublishAsync(InvalidationMessage.Keys, isApplied, key).ConfigureAwait(false);
    }

    /// <summary>Tells the other clients of every node.</summary>
    /// <remarks>A node that has not removed them has a hint, by which its channel knows.</remarks>
    public async ValueTask PublishTagsAsync(string[] tags) =>
        await Task.WhenAll(_channels.Values.Select(channel => tags.Contains(TagKeys.Everything)
            ? channel.PublishAsync(InvalidationMessage.All, isApplied: true)
            : channel.PublishAsync(InvalidationMessage.Tags, isApplied: true, tags))).ConfigureAwait(false);

    public void Dispose()
    {
        foreach (NodeChannel channel in _channels.Values)
            channel.Dispose();
        _kept.Dispose();
    }

    private LocalValidity? Capture(Shard shard, string key, IReadOnlyList<string> tags, int ownChanges)
    {
        NodeChannel channel = _channels[shard];
        LocalValidity? captured = LocalValidity.Capture(channel.Feed, _stripes, key, tags, ownChanges);
        return Volatile.Read(ref _clearing) > 0 || channel.IsQuiet ? null : captured;
    }

    private void AllChanged()
    {
        foreach (NodeChannel channel in _channels.Values)
            channel.Void();
        _kept.Clear();
    }
}
