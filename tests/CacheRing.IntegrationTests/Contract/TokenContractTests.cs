using System.Text;
using CacheRing.Entries;
using CacheRing.Nodes;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>
/// What every transport does for loads: of all who miss a key one loads it, and what was loaded is stored only if nobody has
/// written or removed the key since before the load began.
/// </summary>
internal abstract partial class TokenContractTests(Func<Task<IBackend>> start)
{
    protected const ulong Generation = 0x0102030405060708;
    protected static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    protected static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(1);

    private static ulong s_stamps = 0xF000000000000000;
    private static int s_keys;

    protected IBackend Backend { get; private set; } = null!;

    /// <summary>Two clients of one server.</summary>
    protected ICacheNode One { get; private set; } = null!;

    protected ICacheNode Two { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Backend = await start();
        One = NodeUnderTest.Start(Backend.Endpoints[0]);
        Two = Another(One);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (Backend is null)
            return;
        await One.DisposeAsync();
        await Two.DisposeAsync();
        await Backend.DisposeAsync();
    }

    protected virtual ICacheNode Another(ICacheNode node) => NodeUnderTest.Start(Backend.Endpoints[0]);

    protected static string NewKey() => $"t{Interlocked.Increment(ref s_keys)}";

    protected static ulong NewStamp() => Interlocked.Increment(ref s_stamps);

    protected static LeaseTerms Terms(ulong seen, TimeSpan? length = null) => new(Generation, NewStamp(), seen, length ?? Lease);

    /// <summary>A read that means to load, as a cache makes it: some transports take the lease in the read, others after it.</summary>
    protected static async Task<TokenRead> ReadAsync(ICacheNode node, string key, Gathered? reader = null, TimeSpan? lease = null)
    {
        TokenRead read = await node.ReadForLoadAsync(key, [], lease ?? Lease, reader ?? new(), default);
        return read.State == TokenState.Absent ? await node.LeaseAsync(key, Terms(0, lease), reader ?? new(), default) : read;
    }

    protected async Task<ulong> WinAsync(string key, TimeSpan? lease = null)
    {
        TokenRead won = await ReadAsync(One, key, lease: lease);
        Assert.That(won.State, Is.EqualTo(TokenState.Won));
        Assert.That(won.Token, Is.Not.Zero);
        return won.Token;
    }

    protected static Task<bool> FillAsync(ICacheNode node, string key, ulong token, string value, TimeSpan? timeToLive = null) =>
        node.FillAsync(key, token, Entry(value), timeToLive, default);

    /// <summary>An unconditional write, as any client may make it at any time.</summary>
    protected static Task SetAsync(ICacheNode node, string key, string value) => node.SetAsync(key, Entry(value), null, default);

    protected static async Task AssertHasAsync(ICacheNode node, string key, string value)
    {
        Gathered reader = new();
        TokenRead read = await node.ReadForLoadAsync(key, [], Lease, reader, default);
        Assert.That(read.State, Is.EqualTo(TokenState.Value));
        Assert.That(ValueIn(reader[0]), Is.EqualTo(value));
    }

    protected static string ValueIn(byte[] stored)
    {
        Assert.That(EntryHeader.TryRead(stored, out EntryHeader header), Is.True);
        Assert.That(header.Kind, Is.EqualTo(EntryKind.Value));
        return Encoding.UTF8.GetString(stored.AsSpan(header.Length));
    }

    protected static PooledEntry Entry(string value, ulong generation = Generation)
    {
        EntryHeader header = new() { Kind = EntryKind.Value, Generation = generation, Stamp = NewStamp() };
        PooledEntry entry = new(header.Length + Encoding.UTF8.GetByteCount(value));
        header.Write(entry.Span);
        Encoding.UTF8.GetBytes(value, entry.Span[header.Length..]);
        return entry;
    }

    protected Task ExpireAsync(string key) =>
        Poll.UntilAsync(async () => (await One.GetHeadAsync(key, 1, default)) is null, "the lease to run out");
}
