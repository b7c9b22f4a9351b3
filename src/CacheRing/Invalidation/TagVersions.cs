using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Nodes;
using CacheRing.Sharding;

namespace CacheRing.Invalidation;

/// <summary>Asks a node for the versions of tags, and gives one to those that have none.</summary>
internal static class TagVersions
{
    // The longest that Memcached takes as a span; longer than entries live. Each load prolongs it. What is lost with a version
    // is not more than the entries that have it.
    private static readonly TimeSpan Life = TimeSpan.FromDays(30);

    /// <summary>Whether tags still have these versions, as of now.</summary>
    public static async ValueTask<bool> AreCurrentAsync(Shard shard, IReadOnlyList<TagVersion> expected, CancellationToken cancellation)
    {
        int epoch = shard.Node.Epoch;
        Reader reader = new(expected.Count);
        List<string> keys = [.. expected.Select(static tag => TagKeys.Of(tag.Tag))];
        if (keys.Exists(shard.Guard.IsQuarantined) || await shard.TryGetManyAsync(keys, reader, cancellation).ConfigureAwait(false) is not null || !shard.Guard.IsCurrent(epoch))
            return false;
        for (int i = 0; i < expected.Count; i++)
        {
            if (reader.Versions[i] == 0 || reader.Versions[i] != expected[i].Version)
                return false;
        }

        return true;
    }

    /// <summary>The versions that tags have on a node, each given one if it has none.</summary>
    /// <returns>Null when the node does not answer.</returns>
    public static async ValueTask<TagVersion[]?> CurrentAsync(Shard shard, IReadOnlyList<string> tags, CancellationToken cancellation)
    {
        await shard.JoinedAsync(cancellation).ConfigureAwait(false);
        Reader reader = new(tags.Count);
        List<string> keys = [.. tags.Select(TagKeys.Of)];
        if (!shard.Guard.IsServing || keys.Exists(shard.Guard.IsQuarantined) || await shard.TryGetManyAsync(keys, reader, cancellation).ConfigureAwait(false) is not null)
            return null;
        TagVersion[] current = new TagVersion[tags.Count];
        for (int i = 0; i < current.Length; i++)
        {
            ulong version = reader.Versions[i] != 0 ? reader.Versions[i] : await PlantAsync(shard, tags[i], cancellation).ConfigureAwait(false);
            if (version == 0)
                return null;
            current[i] = new TagVersion(tags[i], version);
        }

        return current;
    }

    /// <summary>The version of a tag that had none: a new one, or that of another who was faster.</summary>
    /// <returns>0 when the node does not answer.</returns>
    public static async ValueTask<ulong> PlantAsync(Shard shard, string tag, CancellationToken cancellation)
    {
        ulong version = shard.NextStamp();
        string key = TagKeys.Of(tag);
        try
        {
            // The version of everything is in use as long as the node is, and has no end.
            if (tag == TagKeys.Everything)
                return TagKeys.VersionIn(await shard.Node.ReplaceAsync(key, null, TagKeys.BytesOf(version), cancellation).ConfigureAwait(false));
            if (await shard.Node.TryAddAsync(key, TagKeys.BytesOf(version), Life, cancellation).ConfigureAwait(false))
                return version;
            Reader reader = new(1);
            await shard.Node.GetManyAsync([key], reader, cancellation).ConfigureAwait(false);
            return reader.Versions[0];
        }
        catch (NodeException failure)
        {
            shard.LoadFailed(CacheOperation.Get, key, failure);
            return 0;
        }
        catch (ObjectDisposedException)
        {
            // The cache is going, and the load that asks is not.
            return 0;
        }
    }

    /// <summary>Has the version of a tag live on.</summary>
    public static void Prolong(Shard shard, string tag) => shard.Node.ExpireUnawaited(TagKeys.Of(tag), Life);

    private sealed class Reader(int count) : IStoredReader
    {
        public ulong[] Versions { get; } = new ulong[count];

        public void Read(int index, ReadOnlySpan<byte> stored) => Versions[index] = TagKeys.VersionIn(stored);
    }
}
