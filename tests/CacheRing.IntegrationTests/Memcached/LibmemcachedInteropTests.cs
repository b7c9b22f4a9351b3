using System.Text;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>
/// With <see cref="EntryFormat.Raw"/> and <see cref="KetamaFlavor.Libmemcached"/> the same keys and values are seen as by
/// libmemcached's clients on the same servers.
/// </summary>
[TestFixture]
public sealed class LibmemcachedInteropTests
{
    private const int Keys = 500;

    private string _python = null!;
    private MemcachedFleet _servers = null!;
    private CacheUnderTest _app = null!;

    private IEnumerable<string> Addresses => _servers.Select(static server => $"127.0.0.1:{server.Port}");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        string? python = await Pylibmc.FindAsync();
        if (python is null && Environment.GetEnvironmentVariable("CI") != "true")
            Assert.Ignore("python3-pylibmc is not installed (Debian and Ubuntu: apt-get install python3-pylibmc).");
        _python = python ?? throw new InvalidOperationException("python3-pylibmc is not installed.");
        _servers = await MemcachedFleet.StartAsync(3);
        _app = new CacheUnderTest(options =>
        {
            options.EntryFormat = EntryFormat.Raw;
            options.Ring.Ketama = KetamaFlavor.Libmemcached;
            options.Failover.OperationTimeout = TimeSpan.FromSeconds(10);
            foreach (string address in Addresses)
                options.Nodes.Add(new NodeOptions { Name = address, Endpoint = $"memcached://{address}" });
        });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        if (_servers is not null)
            await _servers.DisposeAsync();
    }

    [Test]
    public async Task What_it_writes_is_read_here()
    {
        await Pylibmc.RunAsync(_python, Addresses, $"for i in range({Keys}): assert c.set('theirs:%d' % i, b'value %d \\r\\n\\x00\\xff' % i)");
        for (int i = 0; i < Keys; i++)
            Assert.That(await _app.Cache.GetAsync($"theirs:{i}"), Is.EqualTo(Value(i)));

        foreach (MemcachedServer server in _servers)
            Assert.That(await server.ExecuteAsync("stats"), Does.Not.Contain("STAT curr_items 0\r\n"), "all servers have a share");
    }

    [Test]
    public async Task What_is_written_here_it_reads()
    {
        for (int i = 0; i < Keys; i++)
            await _app.Cache.SetAsync($"ours:{i}", Value(i), new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) });
        string found = await Pylibmc.RunAsync(
            _python, Addresses, $"print(sum(c.get('ours:%d' % i) == b'value %d \\r\\n\\x00\\xff' % i for i in range({Keys})))");
        Assert.That(found.Trim(), Is.EqualTo($"{Keys}"));
    }

    [Test]
    public async Task What_is_removed_here_is_gone_there_and_the_other_way_round()
    {
        await Pylibmc.RunAsync(_python, Addresses, "for i in range(100): c.set('both:%d' % i, b'x')");
        for (int i = 0; i < 50; i++)
            await _app.Cache.RemoveAsync($"both:{i}");
        Assert.That((await Pylibmc.RunAsync(_python, Addresses, "print(sum(c.get('both:%d' % i) is not None for i in range(100)))")).Trim(), Is.EqualTo("50"));
        await Pylibmc.RunAsync(_python, Addresses, "for i in range(50, 100): assert c.delete('both:%d' % i)");
        Assert.That(await _app.Cache.GetManyAsync(Enumerable.Range(0, 100).Select(static i => $"both:{i}")), Is.Empty);
    }

    [Test]
    public async Task A_key_beyond_ASCII_is_the_same_key_both_ways()
    {
        await Pylibmc.RunAsync(_python, Addresses, $"for i in range(200): assert c.set('ключ-é-鍵:%d' % i, b'theirs %d' % i)");
        for (int i = 0; i < 200; i++)
            Assert.That(await _app.Cache.GetAsync($"ключ-é-鍵:{i}"), Is.EqualTo(Encoding.ASCII.GetBytes($"theirs {i}")));

        for (int i = 0; i < 200; i++)
            await _app.Cache.SetAsync($"ключ-é-鍵:{i}", Encoding.ASCII.GetBytes($"ours {i}"), new());
        string found = await Pylibmc.RunAsync(
            _python, Addresses, $"print(sum(c.get('ключ-é-鍵:%d' % i) == b'ours %d' % i for i in range(200)))");
        Assert.That(found.Trim(), Is.EqualTo("200"));
    }

    [Test]
    public async Task A_value_with_flags_is_read_as_the_bytes_that_it_is_stored_as()
    {
        await Pylibmc.RunAsync(_python, Addresses, "assert c.set('text', 'grün') and c.set('number', 4711) and c.set('empty', b'')");
        Assert.That(await _app.Cache.GetAsync("text"), Is.EqualTo("grün"u8.ToArray()));
        Assert.That(await _app.Cache.GetAsync("number"), Is.EqualTo("4711"u8.ToArray()));
        Assert.That(await _app.Cache.GetAsync("empty"), Is.Empty.And.Not.Null);
    }

    [Test]
    public async Task Keys_of_any_length_that_libmemcached_takes_are_the_same_key()
    {
        await Pylibmc.RunAsync(_python, Addresses, "for n in range(1, 251): assert c.set('k' * n, b'%d' % n)");
        for (int n = 1; n <= 250; n++)
            Assert.That(await _app.Cache.GetAsync(new string('k', n)), Is.EqualTo(Encoding.ASCII.GetBytes($"{n}")));
    }

    private static byte[] Value(int i) => [.. Encoding.ASCII.GetBytes($"value {i} \r\n"), 0x00, 0xFF];
}
