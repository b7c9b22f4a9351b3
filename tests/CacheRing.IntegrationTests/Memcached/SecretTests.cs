using System.Text;
using CacheRing.Testing;
using Microsoft.Extensions.Logging;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>
/// On every way to fail, neither a password nor a value is in anything that is logged, thrown or printed; a key is in what is
/// logged at Debug only.
/// </summary>
[TestFixture]
public sealed class SecretTests
{
    private const string Password = "canary-password-4711";
    private const string Value = "canary-value-4712";
    private const string Key = "canary-key-4713";

    [TestCase("down")]
    [TestCase("frozen")]
    [TestCase("wrong password")]
    [TestCase("too large")]
    [TestCase("full")]
    [TestCase("tls")]
    public async Task No_secret_is_in_any_output(string failure)
    {
        await using MemcachedServer server = await MemcachedServer.StartAsync(new()
        {
            Users = new Dictionary<string, string> { ["app"] = failure == "wrong password" ? "another" : Password },
            NoEviction = failure == "full",
            MemoryMegabytes = failure == "full" ? 2 : 64,
            MaxItemSize = "512k",
        });
        NodeOptions node = new() { Name = "node-0", Endpoint = $"{(failure == "tls" ? "memcacheds" : "memcached")}://app:{Password}@127.0.0.1:{server.Port}" };
        await using CacheUnderTest app = new(options =>
        {
            options.Nodes.Add(node);
            options.Failover.OnReadFailure = ReadFailureBehavior.Throw;
        });

        // Once in good health where there is one, so that the fault meets a live connection.
        StringBuilder output = new(node.ToString());
        await FailAsync(app, output, failure == "too large" ? 600_000 : 200_000);
        if (failure == "down")
            await server.KillAsync();
        if (failure == "frozen")
            server.Suspend();
        await Poll.UntilAsync(
            async () =>
            {
                await FailAsync(app, output, failure == "too large" ? 600_000 : 200_000);
                return app.Log.GetSnapshot().Any(static record => record.Level == LogLevel.Warning);
            },
            "the fault to be reported");

        foreach (var record in app.Log.GetSnapshot())
        {
            string text = $"{record.Message} {record.Exception} {string.Join(' ', record.StructuredState ?? [])}";
            output.AppendLine(text);
            if (record.Level > LogLevel.Debug)
                Assert.That(text, Does.Not.Contain(Key), $"a key at {record.Level}");
        }

        string all = output.ToString();
        Assert.That(all, Does.Contain("Node 'node-0'"), "the test sees output");
        Assert.That(all, Does.Not.Contain(Password));
        Assert.That(all, Does.Not.Contain(Value));
    }

    private static async Task FailAsync(CacheUnderTest app, StringBuilder output, int bytes)
    {
        byte[] value = [.. Encoding.UTF8.GetBytes(Value), .. new byte[bytes]];
        foreach (Func<Task> call in (Func<Task>[])
        [
            () => app.Cache.GetAsync(Key),
            () => app.Cache.SetAsync(Key, value, new()),
            () => app.Cache.RefreshAsync(Key),
            () => app.Cache.RemoveAsync($"{Key}-2"),
            () => app.Cache.GetManyAsync([Key]).AsTask(),
            () => app.Cache.SetManyAsync(Enumerable.Range(0, 20).Select(i => KeyValuePair.Create($"{Key}{i}", value)), new()).AsTask(),
            () => app.Cache.RemoveManyAsync([$"{Key}-3"]).AsTask(),
        ])
        {
            try
            {
                await call();
            }
            catch (NodeException error)
            {
                output.AppendLine(error.ToString());
                Assert.That(error.ToString(), Does.Not.Contain(Key));
            }
        }
    }
}
