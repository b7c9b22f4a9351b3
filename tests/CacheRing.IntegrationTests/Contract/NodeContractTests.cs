using CacheRing.Nodes;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>
/// What every transport does for the rules that keep a node which comes back from serving what it had: it says which process
/// it is, and keeps a record that is replaced only by whoever has read it.
/// </summary>
internal abstract class NodeContractTests(Func<Task<IBackend>> start)
{
    private const string Record = "cr:gen";
    private static readonly byte[] One = [1, 0, 255];
    private static readonly byte[] Two = [2, 13, 10];

    private IBackend _backend = null!;
    private ICacheNode _node = null!;

    protected ICacheNode Node => _node;

    protected IBackend Backend => _backend;

    [SetUp]
    public async Task StartAsync()
    {
        _backend = await start();
        _node = NewNode();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _node.DisposeAsync();
        await _backend.DisposeAsync();
    }

    [Test]
    public async Task A_new_node_has_no_record_and_is_the_same_process_each_time_it_is_asked()
    {
        NodeGreeting first = await _node.GreetAsync(Record, default);
        NodeGreeting second = await _node.GreetAsync(Record, default);
        Assert.That((first.Record, second.Record), Is.EqualTo(((byte[]?)null, (byte[]?)null)));
        Assert.That(first.Process.Id, Is.Not.Empty);
        Assert.That(second.Process.IsSameAs(first.Process), Is.True);
        Assert.That((first.Epoch, second.Epoch), Is.EqualTo((_node.Epoch, _node.Epoch)));
    }

    [Test]
    public async Task A_record_is_replaced_only_by_who_knows_what_is_there()
    {
        Assert.That(await _node.ReplaceAsync(Record, null, One, default), Is.EqualTo(One));
        Assert.That(await _node.ReplaceAsync(Record, null, Two, default), Is.EqualTo(One), "there is one already");
        Assert.That(await _node.ReplaceAsync(Record, Two, [3], default), Is.EqualTo(One), "it is another");
        Assert.That(await _node.ReplaceAsync(Record, One, Two, default), Is.EqualTo(Two));
        Assert.That((await _node.GreetAsync(Record, default)).Record, Is.EqualTo(Two));

        await _node.RemoveManyAsync([Record], default);
        Assert.That(await _node.ReplaceAsync(Record, Two, [3], default), Is.Null, "it is gone");
        Assert.That((await _node.GreetAsync(Record, default)).Record, Is.Null);
    }

    [Test]
    public async Task Of_many_who_replace_the_same_record_one_does()
    {
        await _node.ReplaceAsync(Record, null, One, default);
        byte[]?[] found = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => _node.ReplaceAsync(Record, One, [9, (byte)i], default)));
        byte[] record = (await _node.GreetAsync(Record, default)).Record!;
        Assert.That(Enumerable.Range(0, 50).Count(i => found[i]!.SequenceEqual(new byte[] { 9, (byte)i })), Is.EqualTo(1));
        Assert.That(found, Has.All.EqualTo(record));
    }

    [Test]
    public async Task Two_keys_are_read_together_and_what_is_not_there_is_null()
    {
        await _node.ReplaceAsync("a", null, One, default);
        StoredPair pair = await _node.GetPairAsync("a", "b", default);
        Assert.That((pair.First, pair.Second), Is.EqualTo((One, (byte[]?)null)));
        pair = await _node.GetPairAsync("b", "a", default);
        Assert.That((pair.First, pair.Second), Is.EqualTo(((byte[]?)null, One)));
    }

    protected ICacheNode NewNode() => NodeUnderTest.Start(_backend.Endpoints[0]);
}
