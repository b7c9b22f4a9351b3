using CacheRing.Entries;
using CacheRing.Nodes;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Contract;

/// <content>Who loads.</content>
internal abstract partial class TokenContractTests
{
    // A server whose scripts are not atomic elects one most of the time: many rounds find it out.
    private const int Rounds = 100;

    [Test]
    public async Task Of_many_who_miss_a_key_one_gets_the_lease_and_the_others_are_told_of_it()
    {
        for (int round = 0; round < Rounds; round++)
            await ElectAmongMissesAsync();
    }

    private async Task ElectAmongMissesAsync()
    {
        string key = NewKey();
        Gathered reader = new();
        TokenRead[] reads = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => ReadAsync(i % 2 == 0 ? One : Two, key, reader)));
        TokenRead won = reads.Single(static read => read.State == TokenState.Won);
        Assert.That(won.Token, Is.Not.Zero);
        Assert.That(reads.Where(static read => read.State == TokenState.Held).Select(static read => read.Token), Is.EqualTo(Enumerable.Repeat(won.Token, 39)));
        Assert.That(reader.Order, Is.Empty, "a placeholder is no value");
    }

    [Test]
    public async Task Who_asks_for_a_lease_that_another_has_is_told_how_long_it_lasts()
    {
        string key = NewKey();
        ulong token = await WinAsync(key);
        TokenRead held = await Two.LeaseAsync(key, Terms(0), new Gathered(), default);
        Assert.That((held.State, held.Token), Is.EqualTo((TokenState.Held, token)));
        Assert.That(held.Left, Is.GreaterThan(TimeSpan.FromSeconds(20)).And.LessThanOrEqualTo(Lease + (2 * One.Traits.ExpiryResolution)));
    }

    [Test]
    public async Task A_lease_that_nobody_prolongs_is_free_again_when_it_has_run_out()
    {
        string key = NewKey();
        ulong first = await WinAsync(key, ShortLease);
        TokenRead read = default;
        await Poll.UntilAsync(async () => (read = await ReadAsync(Two, key)).State == TokenState.Won, "the lease to run out");
        Assert.That(read.Token, Is.Not.EqualTo(first));
    }

    [Test]
    public async Task A_lease_is_prolonged_by_who_holds_it_and_may_be_filled_then()
    {
        string key = NewKey();
        ulong token = await WinAsync(key, ShortLease);
        ulong renewed = await One.RenewAsync(key, token, Lease, default);
        Assert.That(renewed, Is.Not.Zero);
        TokenRead held = await Two.LeaseAsync(key, Terms(0), new Gathered(), default);
        Assert.That((held.State, held.Token), Is.EqualTo((TokenState.Held, renewed)));
        Assert.That(held.Left, Is.GreaterThan(TimeSpan.FromSeconds(20)).And.LessThanOrEqualTo(Lease + (2 * One.Traits.ExpiryResolution)));
        Assert.That(await FillAsync(One, key, renewed, "loaded"), Is.True);
    }

    [TestCase("set")]
    [TestCase("remove")]
    [TestCase("take over")]
    public async Task A_lease_that_was_lost_is_not_prolonged(string how)
    {
        string key = NewKey();
        ulong token = await WinAsync(key);
        await BreakAsync(how, key, token);
        Assert.That(await One.RenewAsync(key, token, Lease, default), Is.Zero);
        Assert.That(await One.RenewAsync(key, 0, Lease, default), Is.Zero);
        await AssertLeftAsync(how, key);
    }

    [Test]
    public async Task A_lease_that_was_given_up_is_free_at_once()
    {
        string key = NewKey();
        ulong token = await WinAsync(key);
        Assert.That(await One.GiveUpAsync(key, token, default), Is.True);
        Assert.That(await One.GetHeadAsync(key, 1, default), Is.Null);
        Assert.That(await One.GiveUpAsync(key, token, default), Is.False);
        Assert.That((await ReadAsync(Two, key)).State, Is.EqualTo(TokenState.Won));
    }

    [TestCase("set")]
    [TestCase("remove")]
    [TestCase("take over")]
    public async Task Giving_up_a_lease_that_was_lost_removes_nothing(string how)
    {
        string key = NewKey();
        ulong token = await WinAsync(key);
        await BreakAsync(how, key, token);
        Assert.That(await One.GiveUpAsync(key, token, default), Is.False);
        Assert.That(await One.GiveUpAsync(key, 0, default), Is.False);
        await AssertLeftAsync(how, key);
    }

    [Test]
    public async Task Of_many_who_take_over_the_lease_of_another_one_does_and_the_old_one_is_broken()
    {
        for (int round = 0; round < Rounds; round++)
            await ElectAmongTakersAsync();
    }

    private async Task ElectAmongTakersAsync()
    {
        string key = NewKey();
        ulong token = await WinAsync(key);
        TokenRead[] takers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? One : Two).LeaseAsync(key, Terms(token), new Gathered(), default)));
        TokenRead won = takers.Single(static read => read.State == TokenState.Won);
        Assert.That(takers.Where(read => read != won), Has.All.Property(nameof(TokenRead.State)).AnyOf(TokenState.Held, TokenState.Absent));
        Assert.That(await FillAsync(One, key, token, "late"), Is.False);
        Assert.That(await FillAsync(Two, key, won.Token, "loaded"), Is.True);
    }

    [Test]
    public async Task A_dead_entry_is_replaced_by_a_lease_and_loaded_anew()
    {
        string key = NewKey();
        await SetAsync(Two, key, "dead");
        TokenRead read = await ReadAsync(One, key);
        Assert.That(read.State, Is.EqualTo(TokenState.Value));
        TokenRead won = await One.LeaseAsync(key, Terms(read.Token), new Gathered(), default);
        Assert.That(won.State, Is.EqualTo(TokenState.Won));
        Assert.That((await ReadAsync(Two, key)).State, Is.EqualTo(TokenState.Held));
        Assert.That(await FillAsync(One, key, won.Token, "loaded"), Is.True);
        await AssertHasAsync(Two, key, "loaded");
    }

    [Test]
    public async Task An_entry_written_since_the_dead_one_was_seen_is_not_replaced()
    {
        string key = NewKey();
        await SetAsync(Two, key, "dead");
        TokenRead read = await ReadAsync(One, key);
        await SetAsync(Two, key, "fresh");
        Gathered reader = new();
        TokenRead lease = await One.LeaseAsync(key, Terms(read.Token), reader, default);

        // Some transports have the value in the same answer, the others say: read again.
        Assert.That(lease.State, Is.EqualTo(reader.Order.Count == 1 ? TokenState.Value : TokenState.Absent));
        await AssertHasAsync(One, key, "fresh");
    }

    [Test]
    public async Task A_lease_on_a_key_that_was_filled_meanwhile_gives_the_value()
    {
        string key = NewKey();
        await SetAsync(Two, key, "fresh");
        Gathered reader = new();
        TokenRead lease = await One.LeaseAsync(key, Terms(0), reader, default);
        Assert.That(lease.State, Is.EqualTo(TokenState.Value));
        Assert.That(lease.Token, Is.Not.Zero);
        Assert.That(ValueIn(reader[0]), Is.EqualTo("fresh"));
    }

    [Test]
    public async Task What_is_not_there_is_added_once()
    {
        string key = NewKey();
        bool[] added = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? One : Two).TryAddAsync(key, new[] { (byte)i, (byte)0, (byte)13 }, ShortLease, default)));
        int who = Array.IndexOf(added, true);
        Assert.That(added.Count(static it => it), Is.EqualTo(1));
        Assert.That(await One.GetHeadAsync(key, 3, default), Is.EqualTo([who, 0, 13]));
        await ExpireAsync(key);
        Assert.That(await Two.TryAddAsync(key, new byte[] { 1 }, Lease, default), Is.True);
    }

    [Test]
    public async Task A_placeholder_says_what_it_is_to_every_other_read()
    {
        string key = NewKey();
        await WinAsync(key);

        // Nothing at all where the transport knows, else a header that says so.
        byte[] head = (await Two.GetHeadAsync(key, EntryHeader.MaxLength, default))!;
        Assert.That(head.Length == 0 || (EntryHeader.TryRead(head, out EntryHeader header) && header is { Kind: EntryKind.Placeholder, Generation: Generation }), Is.True);
    }
}
