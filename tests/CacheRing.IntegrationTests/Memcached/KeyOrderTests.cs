using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using CacheRing.IntegrationTests.History;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>
/// A remove settles a late write of its key by coming behind it, which it does on the same connection only. A node with several
/// must therefore send all that changes one key down one of them, batches too.
/// </summary>
[TestFixture]
public sealed partial class KeyOrderTests
{
    private const int Connections = 3;

    [GeneratedRegex(@"m[sd] (key-\d+) ")]
    private static partial Regex Change { get; }

    [Test]
    public async Task All_that_changes_a_key_goes_down_one_connection()
    {
        await using MemcachedFleet servers = await MemcachedFleet.StartAsync(1);
        await using LateProxy proxy = new(servers.Endpoints[0]);
        ConcurrentDictionary<string, ConcurrentDictionary<LateConnection, int>> ways = new();
        proxy.Passing = (connection, bytes) =>
        {
            foreach (Match change in Change.Matches(Encoding.Latin1.GetString(bytes.Span)))
                ways.GetOrAdd(change.Groups[1].Value, static _ => new()).AddOrUpdate(connection, 1, static (_, count) => count + 1);
            return Task.CompletedTask;
        };
        await using CacheUnderTest app = CacheUnderTest.Over([proxy.Endpoint], static options => options.Nodes[0].Connections = Connections);
        string[] keys = [.. Enumerable.Range(0, 40).Select(static i => $"key-{i}")];
        foreach (string key in keys)
        {
            await app.Cache.SetAsync(key, [1], new());
            await app.Cache.RemoveAsync(key);
        }

        Assert.That((await app.Cache.SetManyAsync(keys.Select(static key => KeyValuePair.Create(key, new byte[] { 2 })), new())).IsComplete);
        Assert.That(await app.Cache.GetManyAsync(keys), Has.Count.EqualTo(keys.Length));
        Assert.That((await app.Cache.RemoveManyAsync(keys)).IsComplete);
        Assert.That(await app.Cache.GetManyAsync(keys), Is.Empty);

        Assert.That(ways, Has.Count.EqualTo(keys.Length));
        Assert.That(ways.Values.Select(static way => way.Count), Is.All.EqualTo(1));
        Assert.That(ways.Values.SelectMany(static way => way.Keys).Distinct().Count(), Is.EqualTo(Connections), "the others were used too");
        Assert.That(ways.Values.SelectMany(static way => way.Values), Is.All.EqualTo(4));
    }
}
