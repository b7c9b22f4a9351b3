using CacheRing.Testing;

namespace CacheRing.IntegrationTests.RigTests;

public class RedisServerTests
{
    [Test]
    public async Task A_started_server_answers_and_is_empty()
    {
        await using var server = await RedisServer.StartAsync();

        Assert.That(await server.ExecuteAsync("PING"), Is.EqualTo("PONG"));
        Assert.That(await server.ExecuteAsync("DBSIZE"), Is.EqualTo("0"));
        Assert.That(server.Endpoint, Is.EqualTo($"redis://127.0.0.1:{server.Port}"));
    }

    [Test]
    public async Task Replies_of_every_kind_come_as_text()
    {
        await using var server = await RedisServer.StartAsync();

        Assert.That(await server.ExecuteAsync("RPUSH", "list", "a", "b", ""), Is.EqualTo("3"));
        Assert.That(await server.ExecuteAsync("LRANGE", "list", "0", "-1"), Is.EqualTo("a\nb\n"));
        Assert.That(await server.ExecuteAsync("GET", "nothing"), Is.EqualTo("(nil)"));
        Assert.That(await server.ExecuteAsync("SET", "word", "schön"), Is.EqualTo("OK"));
        Assert.That(await server.ExecuteAsync("GET", "word"), Is.EqualTo("schön"));
        Assert.That(
            () => server.ExecuteAsync("INCR", "word"),
            Throws.TypeOf<RedisErrorException>().With.Message.StartsWith("ERR value is not an integer"));
    }

    [Test]
    public async Task A_value_that_is_not_text_comes_as_its_bytes()
    {
        await using var server = await RedisServer.StartAsync();
        await server.ExecuteAsync("SETBIT", "bits", "0", "1");
        await server.ExecuteAsync("SETBIT", "bits", "15", "1");

        Assert.That(await server.ExecuteBytesAsync("GET", "bits"), Is.EqualTo(new byte[] { 0x80, 0x01 }));
        Assert.That(await server.ExecuteBytesAsync("GET", "nothing"), Is.Null);
    }

    [Test]
    public async Task A_password_is_asked_for_and_is_not_on_the_command_line()
    {
        const string Password = "a \"long\" pass\\word";
        await using var server = await RedisServer.StartAsync(new() { Password = Password });

        Assert.That(await server.ExecuteAsync("PING"), Is.EqualTo("PONG"));
        Assert.That(() => server.ExecuteAsync("AUTH", "another"), Throws.TypeOf<RedisErrorException>().With.Message.StartsWith("WRONGPASS"));
        Assert.That(await server.ExecuteAsync("AUTH", Password), Is.EqualTo("OK"));
        Assert.That(File.ReadAllText($"/proc/{server.Pid}/cmdline"), Does.Not.Contain("pass"));
    }

    [Test]
    public async Task A_user_may_do_what_the_rules_say_and_no_more()
    {
        await using var server = await RedisServer.StartAsync(
            new() { AclUsers = new Dictionary<string, string> { ["reader"] = "on >secret ~app:* +get" } });

        Assert.That(await server.ExecuteAsync("AUTH", "reader", "secret"), Is.EqualTo("OK"));
        Assert.That(await server.ExecuteAsync("ACL", "DRYRUN", "reader", "GET", "app:1"), Is.EqualTo("OK"));
        Assert.That(await server.ExecuteAsync("ACL", "DRYRUN", "reader", "GET", "other"), Does.Contain("no permissions"));
        Assert.That(await server.ExecuteAsync("ACL", "DRYRUN", "reader", "SET", "app:1", "x"), Does.Contain("no permissions"));
    }

    [Test]
    public async Task A_server_whose_default_user_is_off_starts_all_the_same()
    {
        await using var server = await RedisServer.StartAsync(
            new() { AclUsers = new Dictionary<string, string> { ["default"] = "off", ["app"] = "on >secret ~* +@all" } });

        Assert.That(await server.ExecuteAsync("AUTH", "app", "secret"), Is.EqualTo("OK"));
    }

    [Test]
    public async Task A_full_server_refuses_writes()
    {
        await using var server = await RedisServer.StartAsync(new() { MaxMemory = "2mb" });
        var value = new string('x', 100_000);

        Assert.That(
            async () =>
            {
                for (var i = 0; i < 30; i++)
                {
                    await server.ExecuteAsync("SET", $"key:{i}", value);
                }
            },
            Throws.TypeOf<RedisErrorException>().With.Message.StartsWith("OOM"));
    }

    [Test]
    public async Task A_full_server_with_a_policy_drops_entries()
    {
        await using var server = await RedisServer.StartAsync(new() { MaxMemory = "2mb", MaxMemoryPolicy = "allkeys-lru" });
        for (var i = 0; i < 30; i++)
        {
            await server.ExecuteAsync("SET", $"key:{i}", new string('x', 100_000));
        }

        Assert.That(int.Parse(await server.ExecuteAsync("DBSIZE"), System.Globalization.CultureInfo.InvariantCulture), Is.InRange(1, 29));
    }

    [Test]
    public async Task A_replica_has_its_masters_data_when_it_has_started_and_takes_no_writes()
    {
        await using var master = await RedisServer.StartAsync(new() { Password = "secret" });
        await master.ExecuteAsync("SET", "key", "value");

        await using var replica = await RedisServer.StartAsync(new() { Password = "secret", ReplicaOf = master });

        Assert.That(await replica.ExecuteAsync("GET", "key"), Is.EqualTo("value"));
        Assert.That(
            () => replica.ExecuteAsync("SET", "key", "other"), Throws.TypeOf<RedisErrorException>().With.Message.StartsWith("READONLY"));
    }

    [Test]
    public async Task A_node_of_a_cluster_serves_no_slots_of_its_own_accord()
    {
        await using var server = await RedisServer.StartAsync(new() { ClusterEnabled = true });

        Assert.That(
            () => server.ExecuteAsync("GET", "key"), Throws.TypeOf<RedisErrorException>().With.Message.StartsWith("CLUSTERDOWN"));
    }

    [Test]
    public async Task An_extra_argument_wins()
    {
        await using var server = await RedisServer.StartAsync(new() { MaxMemory = "2mb", ExtraArguments = ["--maxmemory", "3mb"] });

        Assert.That(await server.ExecuteAsync("CONFIG", "GET", "maxmemory"), Is.EqualTo("maxmemory\n3145728"));
    }

    [Test]
    public void A_server_that_does_not_start_says_why_in_its_own_words() =>
        Assert.That(
            () => RedisServer.StartAsync(new() { ExtraArguments = ["--no-such-option", "1"] }),
            Throws.TypeOf<InvalidOperationException>().With.Message.Contains("no-such-option"));
}
