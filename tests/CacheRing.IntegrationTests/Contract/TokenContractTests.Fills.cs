using CacheRing.Nodes;

namespace CacheRing.IntegrationTests.Contract;

/// <content>What is stored.</content>
internal abstract partial class TokenContractTests
{
    [Test]
    public async Task What_was_loaded_is_stored_once_for_each_token()
    {
        string key = NewKey();
        ulong token = await WinAsync(key);
        bool[] stored = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => FillAsync(i % 2 == 0 ? One : Two, key, token, $"{i}")));
        Assert.That(stored.Count(static it => it), Is.EqualTo(1));
        await AssertHasAsync(Two, key, $"{Array.IndexOf(stored, true)}");
    }

    [TestCase("set")]
    [TestCase("remove")]
    [TestCase("fill")]
    [TestCase("give up")]
    [TestCase("take over")]
    [TestCase("set and remove")]
    [TestCase("remove and miss again")]
    public async Task What_was_loaded_before_a_change_of_the_key_is_not_stored_after_it(string change)
    {
        string key = NewKey();
        ulong token = await WinAsync(key);
        await BreakAsync(change, key, token);
        Assert.That(await FillAsync(One, key, token, "old"), Is.False);
        await AssertLeftAsync(change, key);
    }

    [Test]
    public async Task What_was_loaded_while_the_lease_ran_out_is_not_stored()
    {
        string key = NewKey();
        ulong token = await WinAsync(key, ShortLease);
        await ExpireAsync(key);
        Assert.That(await FillAsync(One, key, token, "late"), Is.False);
        Assert.That(await One.GetHeadAsync(key, 1, default), Is.Null);
    }

    [Test]
    public async Task Nothing_is_stored_under_a_key_that_is_not_there_or_without_a_token()
    {
        string key = NewKey();
        Assert.That(await FillAsync(One, key, 12345, "x"), Is.False);
        Assert.That(await FillAsync(One, key, 0, "x"), Is.False);
        Assert.That(await One.GetHeadAsync(key, 1, default), Is.Null);

        await SetAsync(Two, key, "there");
        Assert.That(await FillAsync(One, key, 0, "x"), Is.False);
        await AssertHasAsync(Two, key, "there");
    }

    [Test]
    public async Task An_entry_is_refreshed_only_if_it_is_still_the_one_that_was_read()
    {
        string key = NewKey();
        await SetAsync(Two, key, "first");
        ulong first = (await ReadAsync(One, key)).Token;
        Assert.That(await FillAsync(One, key, first, "second"), Is.True);
        Assert.That(await FillAsync(One, key, first, "third"), Is.False);
        await AssertHasAsync(Two, key, "second");
    }

    [Test]
    public async Task Others_are_given_before_the_key_and_those_that_are_not_there_are_left_out()
    {
        string[] others = [NewKey(), NewKey(), NewKey(), NewKey()];
        string key = NewKey();
        await SetAsync(Two, others[0], "zero");
        await SetAsync(Two, others[3], "three");
        Gathered reader = new();
        TokenRead missed = await One.ReadForLoadAsync(key, others, Lease, reader, default);
        Assert.That(missed.State, Is.AnyOf(TokenState.Absent, TokenState.Won));
        Assert.That(reader.Order, Is.EqualTo([0, 3]));
        Assert.That((ValueIn(reader[0]), ValueIn(reader[3])), Is.EqualTo(("zero", "three")));
        Assert.That(await One.GetHeadAsync(others[1], 1, default), Is.Null, "they are not loaded, so that nothing is planted there");

        await SetAsync(Two, key, "value");
        reader = new();
        TokenRead found = await One.ReadForLoadAsync(key, others, Lease, reader, default);
        Assert.That(reader.Order, Is.EqualTo([0, 3, 4]));
        Assert.That((found.State, ValueIn(reader[4])), Is.EqualTo((TokenState.Value, "value")));
        Assert.That(found.Token, Is.EqualTo((await One.ReadForLoadAsync(key, [], Lease, new Gathered(), default)).Token));
    }

    [Test]
    public async Task A_lease_that_is_found_behind_others_is_no_value_either()
    {
        string other = NewKey();
        string key = NewKey();
        await SetAsync(Two, other, "other");
        ulong token = await WinAsync(key);
        Gathered reader = new();
        TokenRead held = await Two.ReadForLoadAsync(key, [other], Lease, reader, default);
        Assert.That((held.State, held.Token), Is.EqualTo((TokenState.Held, token)));
        Assert.That(reader.Order, Is.EqualTo([0]));
    }

    [TestCase(0)]
    [TestCase(1_000)]
    [TestCase(700_000)]
    public async Task Values_of_any_size_are_filled_and_read(int length)
    {
        string key = NewKey();
        string other = NewKey();
        string value = new('v', length);
        Assert.That(await FillAsync(One, key, await WinAsync(key), value), Is.True);
        await AssertHasAsync(Two, key, value);
        await SetAsync(One, other, value);
        Gathered reader = new();
        await Two.ReadForLoadAsync(key, [other], Lease, reader, default);
        Assert.That((ValueIn(reader[0]), ValueIn(reader[1])), Is.EqualTo((value, value)));
        reader = new();
        await Two.LeaseAsync(key, Terms(0), reader, default);
        Assert.That(ValueIn(reader[0]), Is.EqualTo(value));
    }

    [TestCase("with spaces\r\nand line ends")]
    [TestCase("ключ-鍵-🔑")]
    [TestCase("long")]
    public async Task Any_text_is_a_key(string text)
    {
        string key = $"{NewKey()}{text}".PadRight(text == "long" ? 1024 : 0, 'x');
        string other = $"{NewKey()}{text}";
        ulong token = await One.RenewAsync(key, await WinAsync(key), Lease, default);
        Assert.That((await ReadAsync(Two, key)).Token, Is.EqualTo(token));
        Assert.That(await FillAsync(One, key, token, "value"), Is.True);
        Assert.That(await Two.TryAddAsync(other, new byte[] { 1 }, Lease, default), Is.True);
        Gathered reader = new();
        TokenRead found = await Two.ReadForLoadAsync(key, [other], Lease, reader, default);
        Assert.That((reader[0], ValueIn(reader[1])), Is.EqualTo((new byte[] { 1 }, "value")));
        Assert.That(await Two.GiveUpAsync(key, found.Token, default), Is.True);
    }

    [Test]
    public void A_wait_that_was_cancelled_ends_as_such()
    {
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        string key = NewKey();
        Assert.That(() => One.ReadForLoadAsync(key, [], Lease, new Gathered(), cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => One.LeaseAsync(key, Terms(0), new Gathered(), cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => One.FillAsync(key, 1, Entry("x"), null, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => One.RenewAsync(key, 1, Lease, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => One.GiveUpAsync(key, 1, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => One.TryAddAsync(key, new byte[] { 1 }, Lease, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
    }
}
