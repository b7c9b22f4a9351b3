using System.Text.Json;

namespace CacheRing;

/// <summary>Settings of a <see cref="ShardedHybridCache"/>. Read once, when the cache is made.</summary>
public sealed class ShardedHybridCacheOptions
{
    /// <summary>What holds where a call says nothing else.</summary>
    public ShardedHybridCacheEntryOptions DefaultEntryOptions { get; set; } = new();

    /// <summary>The local cache. Default: none.</summary>
    public LocalCacheOptions LocalCache { get; set; } = new();

    /// <summary>
    /// How values are written and read that have no serializer of their own. Give one with a source-generated context as its
    /// <see cref="System.Text.Json.JsonSerializerOptions.TypeInfoResolver"/> in apps that are trimmed. Default: those that are
    /// registered under the service key <c>typeof(IHybridCacheSerializer&lt;&gt;)</c>, or else System.Text.Json's own.
    /// </summary>
    public JsonSerializerOptions? JsonSerializerOptions { get; set; }
}
