namespace CacheRing.IntegrationTests.Contract;

/// <content>Many keys at once.</content>
public abstract partial class CacheContractTests
{
    [Test]
    public async Task A_batch_reads_what_is_there_and_leaves_out_what_is_not()
    {
        string[] keys = NewKeys(200);
        await Cache.SetManyAsync(keys[..100].Select(static (key, i) => KeyValuePair.Create(key, BitConverter.GetBytes(i))), new());

        CacheBatch batch = await Cache.GetManyAsync(keys);
        Assert.That(batch.Keys, Is.EquivalentTo(keys[..100]));
        Assert.That(batch.Unavailable, Is.Empty);
        for (int i = 0; i < 100; i++)
            Assert.That(batch[keys[i]], Is.EqualTo(BitConverter.GetBytes(i)));
        Assert.That(batch.ContainsKey(keys[150]), Is.False);
        Assert.That(batch.TryGetValue(keys[150], out _), Is.False);
    }

    [Test]
    public async Task A_batch_is_the_same_as_its_keys_one_by_one()
    {
        string[] keys = NewKeys(20);
        foreach (string key in keys)
            await Cache.SetAsync(key, [1], new());
        Assert.That(await Cache.GetManyAsync(keys), Has.Count.EqualTo(20));

        Assert.That((await Cache.RemoveManyAsync(keys[..10])).IsComplete, Is.True);
        foreach (string key in keys)
            Assert.That(await Cache.GetAsync(key), Array.IndexOf(keys, key) < 10 ? Is.Null : Is.Not.Null);
    }

    [Test]
    public async Task Duplicates_in_a_batch_are_one_key_and_the_last_value_is_written()
    {
        string[] keys = NewKeys(2);
        await Cache.SetManyAsync([new(keys[0], [1]), new(keys[1], [2]), new(keys[0], [3])], new());
        CacheBatch batch = await Cache.GetManyAsync([keys[0], keys[1], keys[0]]);
        Assert.That(batch, Has.Count.EqualTo(2));
        Assert.That(batch[keys[0]], Is.EqualTo([3]));
    }

    [Test]
    public async Task An_empty_batch_is_no_error()
    {
        Assert.That(await Cache.GetManyAsync([]), Is.Empty);
        Assert.That((await Cache.SetManyAsync([], new())).IsComplete, Is.True);
        Assert.That((await Cache.RemoveManyAsync([])).IsComplete, Is.True);
    }

    [Test]
    public async Task A_batch_of_thousands_of_keys_with_empty_and_large_values_comes_back_whole()
    {
        string[] keys = NewKeys(5000);
        Dictionary<string, byte[]> entries = keys.Select(static (key, i) => KeyValuePair.Create(key, new byte[i % 500 == 0 ? 100_000 : i % 50])).ToDictionary();
        Assert.That((await Cache.SetManyAsync(entries, new())).IsComplete, Is.True);
        CacheBatch batch = await Cache.GetManyAsync(keys);
        Assert.That(batch, Has.Count.EqualTo(keys.Length));
        foreach ((string key, byte[] value) in batch)
            Assert.That(value, Has.Length.EqualTo(entries[key].Length));
        Assert.That((await Cache.RemoveManyAsync(keys)).IsComplete, Is.True);
        Assert.That(await Cache.GetManyAsync(keys), Is.Empty);
    }

    private string[] NewKeys(int count)
    {
        string prefix = NewKey();
        return [.. Enumerable.Range(0, count).Select(i => $"{prefix}{i}")];
    }
}
