using CacheRing.Entries;
using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>The contract of loads over what speaks Redis's protocol, and what only that has: entries of other generations.</summary>
internal abstract class RedisTokenContractTests(Func<Task<IBackend>> start) : ServerTokenContractTests(start)
{
    [Test]
    public async Task An_entry_or_a_lease_of_another_generation_is_replaced_without_having_been_seen()
    {
        string key = NewKey();
        await One.SetAsync(key, Entry("of before", Generation - 1), null, default);
        TokenRead won = await One.LeaseAsync(key, Terms(0), new Gathered(), default);
        Assert.That(won.State, Is.EqualTo(TokenState.Won));
        TokenRead next = await Two.LeaseAsync(key, Terms(0) with { Generation = Generation + 1 }, new Gathered(), default);
        Assert.That(next.State, Is.EqualTo(TokenState.Won));
        Assert.That(await FillAsync(One, key, won.Token, "late"), Is.False);
        Assert.That(await FillAsync(Two, key, next.Token, "loaded"), Is.True);
    }

    [Test]
    public async Task Bytes_of_another_program_have_no_token_and_are_replaced_by_a_lease()
    {
        string key = NewKey();
        Assert.That(await One.TryAddAsync(key, "hello"u8.ToArray(), Lease, default), Is.True);
        Gathered reader = new();
        TokenRead read = await One.ReadForLoadAsync(key, [], Lease, reader, default);
        Assert.That((read.State, read.Token), Is.EqualTo((TokenState.Value, 0UL)));
        Assert.That(reader[0], Is.EqualTo("hello"u8.ToArray()));
        Assert.That((await One.LeaseAsync(key, Terms(read.Token), new Gathered(), default)).State, Is.EqualTo(TokenState.Won));
    }

    [Test]
    public async Task An_entry_without_a_stamp_is_nobodys()
    {
        string key = NewKey();
        PooledEntry entry = new(EntryHeader.MaxLength);
        entry.Span.Clear();
        new EntryHeader { Kind = EntryKind.Value, Generation = Generation }.Write(entry.Span);
        await One.SetAsync(key, entry, null, default);
        Assert.That(await FillAsync(One, key, 0, "x"), Is.False);
        Assert.That(await One.RenewAsync(key, 0, Lease, default), Is.Zero);
        Assert.That(await One.GiveUpAsync(key, 0, default), Is.False);
        Assert.That((await One.LeaseAsync(key, Terms(0), new Gathered(), default)).State, Is.EqualTo(TokenState.Value));
        Assert.That(await TimeLeftAsync(key), Is.EqualTo(-1));
    }

    [Test]
    public async Task A_server_that_has_forgotten_the_scripts_is_given_them_again()
    {
        string key = NewKey();
        ulong token = await WinAsync(key);
        await ExecuteAsync("SCRIPT", "FLUSH");
        token = await One.RenewAsync(key, token, Lease, default);
        await ExecuteAsync("SCRIPT", "FLUSH");
        Assert.That(await FillAsync(One, key, token, "loaded"), Is.True);
        await ExecuteAsync("SCRIPT", "FLUSH");
        Assert.That((await Two.LeaseAsync(key, Terms(0), new Gathered(), default)).State, Is.EqualTo(TokenState.Value));
        token = (await ReadAsync(Two, key)).Token;
        await ExecuteAsync("SCRIPT", "FLUSH");
        Assert.That(await Two.GiveUpAsync(key, token, default), Is.True);
    }

    protected override Task FlushAsync() => ExecuteAsync("FLUSHALL");

    protected async Task<string> ExecuteAsync(string command, params object[] arguments)
    {
        await using ConnectionMultiplexer side = await ConnectionMultiplexer.ConnectAsync(
            $"{new Uri(Backend.Endpoints[0]).Authority},allowAdmin=true");
        return (string?)await side.GetDatabase().ExecuteAsync(command, arguments) ?? "";
    }
}
