using System.Collections.Concurrent;
using CacheRing.Sharding;

namespace CacheRing.Invalidation;

/// <summary>
/// What this client believes of the version of the tag "*" on each node. It is read again with the first read after the
/// interval in which a node's generation is confirmed, so that it costs busy nodes nothing; whoever removes "*" waits for
/// that interval, and is then sure that no client believes in the old version. Safe for any number of threads.
/// </summary>
internal sealed class EverythingBoard
{
    private readonly ConcurrentDictionary<Shard, Belief> _beliefs = new();

    public static string Key { get; } = TagKeys.Of(TagKeys.Everything);

    /// <summary>The version, if it still counts as confirmed; else 0.</summary>
    public ulong FreshVersion(Shard shard) =>
        _beliefs.TryGetValue(shard, out Belief? belief) && belief.Epoch == shard.Node.Epoch && shard.Time.GetTimestamp() < belief.FreshUntil
            ? belief.Version
            : 0;

    /// <summary>A node has told the version, asked at a time on a connection.</summary>
    public void Confirm(Shard shard, ulong version, int epoch, long askedAt) =>
        _beliefs[shard] = new Belief(version, epoch, askedAt + shard.Guard.FreshTicks);

    /// <summary>Nothing is believed any more.</summary>
    public void Forget() => _beliefs.Clear();

    /// <summary>Waits until no client can believe any more in the version that has just been removed.</summary>
    public static async ValueTask ForgottenByAllAsync(Shard shard, CancellationToken cancellation)
    {
        if (shard.Guard.FreshTicks > 0)
            await Task.Delay(TimeSpan.FromSeconds((double)shard.Guard.FreshTicks / shard.Time.TimestampFrequency), shard.Time, cancellation).ConfigureAwait(false);
    }

    private sealed record Belief(ulong Version, int Epoch, long FreshUntil);
}
