using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>Each state of a real server that is not an outage has its kind and its way out.</summary>
[TestFixture]
public sealed class FailureKindTests
{
    [Test]
    public async Task A_value_over_the_item_limit_is_refused_with_the_way_out_and_the_older_value_is_gone()
    {
        await using MemcachedServer server = await MemcachedServer.StartAsync();
        await using CacheUnderTest app = Over(server.Endpoint);
        await app.Cache.SetAsync("page", [1], new());

        NodeException error = (await Assert.ThrowsAsync<NodeException>(() => app.Cache.SetAsync("page", new byte[2_000_000], new())))!;
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.ValueTooLarge));
        Assert.That(error.Message, Does.Contain("'node-0'").And.Contain("-I"));
        Assert.That(await app.Cache.GetAsync("page"), Is.Null);

        // The refused bytes were read to their end: the same connection goes on.
        await app.Cache.SetAsync("page", new byte[1_000_000], new());
        Assert.That(await app.Cache.GetAsync("page"), Has.Length.EqualTo(1_000_000));
    }

    [Test]
    public async Task A_batch_lists_the_value_that_was_refused_and_stores_the_others()
    {
        await using MemcachedServer server = await MemcachedServer.StartAsync();
        await using CacheUnderTest app = Over(server.Endpoint);
        CacheBatchOutcome outcome = await app.Cache.SetManyAsync([new("a", [1]), new("big", new byte[2_000_000]), new("b", [2])], new());
        Assert.That(outcome.Unavailable, Is.EqualTo(["big"]));
        Assert.That((await app.Cache.GetManyAsync(["a", "big", "b"])).Keys, Is.EquivalentTo(["a", "b"]));
    }

    [Test]
    public async Task A_full_server_that_evicts_nothing_drops_the_write_and_still_removes()
    {
        await using MemcachedServer server = await MemcachedServer.StartAsync(new() { NoEviction = true, MemoryMegabytes = 2, MaxItemSize = "512k" });
        await using CacheUnderTest app = Over(server.Endpoint);
        await app.Cache.SetAsync("small", [1], new());
        for (int i = 0; i < 100; i++)
            await app.Cache.SetAsync($"big-{i}", new byte[100_000], new());
        await Poll.UntilAsync(() => Logged(app, "Start it without -M, or give it more memory (-m)"), "the full server to be reported");

        Assert.That(await app.Cache.GetAsync("small"), Is.EqualTo([1]), "reads go on");
        await app.Cache.RemoveAsync("small");
        Assert.That(await app.Cache.GetAsync("small"), Is.Null);
        Assert.That((await app.Cache.SetManyAsync([new("x", new byte[100_000])], new())).Unavailable, Is.EqualTo(["x"]));
    }

    [Test]
    public async Task A_value_for_which_there_is_no_memory_costs_itself_and_no_read_of_another_key()
    {
        await using MemcachedServer server = await MemcachedServer.StartAsync(new() { MemoryMegabytes = 64, MaxItemSize = "4m" });
        await using CacheUnderTest app = CacheUnderTest.Over([server.Endpoint], static options => options.MaxValueBytes = 4 * 1024 * 1024);
        for (int i = 0; i < 4_000; i++)
            await app.Cache.SetAsync($"full-{i}", new byte[20_000], new());
        await app.Cache.SetAsync("warm", [1], new());

        int missed = 0;
        for (int round = 0; round < 10; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => app.Cache.SetAsync($"large-{i}", new byte[3_000_000], new())));
            for (int i = 0; i < 10; i++)
            {
                if (await app.Cache.GetAsync("warm") is null)
                    missed++;
            }
        }

        Assert.That(missed, Is.Zero);
        Assert.That(app.Cache.GetNodes()[0].Health, Is.EqualTo(NodeHealth.Healthy));
        Assert.That(Logged(app, "(-m)") && Logged(app, "(-I)"), Is.True, "the way out is logged");
    }

    [TestCase("memcached://shop:wrong@", TestName = "Wrong password")]
    [TestCase("memcached://", TestName = "No password")]
    public async Task Wrong_credentials_are_named_as_such(string credentials)
    {
        await using MemcachedServer server = await MemcachedServer.StartAsync(new() { Users = Users("right") });
        await using CacheUnderTest app = Over($"{credentials}127.0.0.1:{server.Port}");
        NodeException error = await ReadFailureAsync(app);
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.AccessDenied));
        Assert.That(error.Message, Does.Contain("Check user and password against the server's -Y file"));
        Assert.That(error.ToString(), Does.Not.Contain("wrong"));
    }

    [Test]
    public async Task The_right_password_works_escaped_in_the_endpoint()
    {
        const string Password = "p@ss/w-rd#%";
        await using MemcachedServer server = await MemcachedServer.StartAsync(new() { Users = Users(Password) });
        await using CacheUnderTest app = Over($"memcached://shop:{Uri.EscapeDataString(Password)}@127.0.0.1:{server.Port}");
        await app.Cache.SetAsync("a", [1], new());
        Assert.That(await app.Cache.GetAsync("a"), Is.EqualTo([1]));
    }

    [Test]
    public async Task A_server_without_a_connection_to_spare_says_so()
    {
        await using MemcachedServer server = await MemcachedServer.StartAsync(new() { ExtraArguments = ["-c", "20"] });
        List<CacheUnderTest> apps = [];
        try
        {
            NodeException? refused = null;
            for (int i = 0; i < 40 && refused is null; i++)
            {
                apps.Add(Over(server.Endpoint));
                try
                {
                    await apps[^1].Cache.GetAsync("a");
                }
                catch (NodeException error)
                {
                    refused = error;
                }
            }

            Assert.That(refused, Is.Not.Null);
            Assert.That(refused!.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
        }
        finally
        {
            foreach (CacheUnderTest app in apps)
                await app.DisposeAsync();
        }
    }

    private static Dictionary<string, string> Users(string password) => new() { ["shop"] = password };

    private static CacheUnderTest Over(string endpoint) =>
        CacheUnderTest.Over([endpoint], static options => options.Failover.OnReadFailure = ReadFailureBehavior.Throw);

    private static bool Logged(CacheUnderTest app, string text) =>
        app.Log.GetSnapshot().Any(record => record.Message.Contains(text, StringComparison.Ordinal));

    private static async Task<NodeException> ReadFailureAsync(CacheUnderTest app)
    {
        try
        {
            await app.Cache.GetAsync("a");
        }
        catch (NodeException error)
        {
            return error;
        }

        throw new AssertionException("The read did not fail.");
    }
}
