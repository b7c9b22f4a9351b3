using System.Text;
using CacheRing.Testing;
using Microsoft.Extensions.Logging;

namespace CacheRing.IntegrationTests.Redis;

/// <summary>
/// On every way to fail, neither a password, nor a value, nor a connection string is in anything that is logged, thrown or
/// printed; a key is in what is logged at Debug only.
/// </summary>
[TestFixture]
public sealed class SecretTests
{
    private const string Password = "canary-password-4711";
    private const string Value = "canary-value-4712";
    private const string Key = "canary-key-4713";
    private const string User = "canaryuser4714";

    [TestCase("down")]
    [TestCase("frozen")]
    [TestCase("wrong password")]
    [TestCase("no permission")]
    [TestCase("full")]
    [TestCase("cluster")]
    [TestCase("tls")]
    [TestCase("factory")]
    [TestCase("configuration")]
    [TestCase("proxy")]
    public async Task No_secret_is_in_any_output(string failure)
    {
        await using RedisServer server = await RedisServer.StartAsync(new()
        {
            Password = failure is "wrong password" ? "another" : failure is "cluster" or "tls" ? null : Password,
            AclUsers = new Dictionary<string, string> { [User] = $"on >{Password} ~none:* +@all" },
            MaxMemory = failure == "full" ? "1mb" : null,
            MaxMemoryPolicy = "noeviction",
            ClusterEnabled = failure == "cluster",
        });
        NodeOptions node = NodeFor(failure, server);
        await using CacheUnderTest app = new(options =>
        {
            options.Nodes.Add(node);
            options.Failover.OnReadFailure = ReadFailureBehavior.Throw;
        });

        // Once in good health where there is one, so that the fault meets a live connection.
        StringBuilder output = new(node.ToString());
        await FailAsync(app, output);
        if (failure == "down")
            await server.KillAsync();
        if (failure == "frozen")
            server.Suspend();
        await Poll.UntilAsync(
            async () =>
            {
                await FailAsync(app, output);
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

    private static NodeOptions NodeFor(string failure, RedisServer server)
    {
        string address = $"127.0.0.1:{server.Port}";
        NodeOptions node = new() { Name = "node-0" };
        switch (failure)
        {
            case "no permission":
                node.Endpoint = $"redis://{User}:{Password}@{address}";
                break;
            case "tls":
                node.Endpoint = $"rediss://:{Password}@{address}";
                break;
            case "factory":
                node.ConnectionMultiplexerFactory = static () => throw new InvalidOperationException("the vault is sealed");
                break;
            case "configuration":
                node.Configuration = $"127.0.0.1:1,password={Password},connectTimeout=200";
                break;
            case "proxy":
                node.Configuration = $"127.0.0.1:1,password={Password},proxy=twemproxy";
                break;
            default:
                node.Endpoint = $"redis://:{Password}@{address}";
                break;
        }

        return node;
    }

    private static async Task FailAsync(CacheUnderTest app, StringBuilder output)
    {
        byte[] value = [.. Encoding.UTF8.GetBytes(Value), .. new byte[200_000]];
        foreach (Func<Task> call in (Func<Task>[])
        [
            () => app.Cache.GetAsync(Key),
            () => app.Cache.SetAsync(Key, value, new()),
            () => app.Cache.RefreshAsync(Key),
            () => app.Cache.RemoveAsync($"{Key}-2"),
            () => app.Cache.GetManyAsync([Key]).AsTask(),
            () => app.Cache.SetManyAsync(Enumerable.Range(0, 10).Select(i => KeyValuePair.Create($"{Key}{i}", value)), new()).AsTask(),
            () => app.Cache.RemoveManyAsync([$"{Key}-3"]).AsTask(),
        ])
        {
            try
            {
                await call();
            }
            catch (NodeException error)
            {
                // The exception is the caller's to log as a whole: what the driver says is in it.
                output.AppendLine(error.ToString());
                Assert.That(error.ToString(), Does.Not.Contain(Key));
            }
        }
    }
}
