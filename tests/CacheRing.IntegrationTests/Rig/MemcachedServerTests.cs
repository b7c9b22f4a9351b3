using System.Net.Sockets;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.RigTests;

public class MemcachedServerTests
{
    [OneTimeSetUp]
    public void Memcached_has_no_container_to_fall_back_to()
    {
        if (!Rig.MemcachedIsAvailable)
        {
            Assert.Ignore("memcached is not installed");
        }
    }

    [Test]
    public async Task A_started_server_answers_and_is_empty()
    {
        await using var server = await MemcachedServer.StartAsync();

        Assert.That(await server.ExecuteAsync("version"), Does.StartWith("VERSION "));
        Assert.That(await server.ExecuteAsync("mg key v"), Is.EqualTo("EN\r\n"));
        Assert.That(server.Endpoint, Is.EqualTo($"memcached://127.0.0.1:{server.Port}"));
    }

    [Test]
    public async Task A_request_with_a_value_gets_its_whole_reply()
    {
        await using var server = await MemcachedServer.StartAsync();
        var value = new string('x', 200_000);

        Assert.That(await server.ExecuteAsync($"set key 0 0 {value.Length}\r\n{value}"), Is.EqualTo("STORED\r\n"));
        Assert.That(await server.ExecuteAsync("mg key v"), Is.EqualTo($"VA {value.Length}\r\n{value}\r\n"));
    }

    [Test]
    public async Task A_killed_server_is_gone_and_comes_back_empty_on_the_same_port()
    {
        await using var server = await MemcachedServer.StartAsync();
        await server.ExecuteAsync("set key 0 0 5\r\nvalue");
        var port = server.Port;

        await server.KillAsync();
        Assert.That(server.IsRunning, Is.False);
        Assert.That(() => server.ExecuteAsync("version"), Throws.TypeOf<SocketException>());

        await server.RestartAsync();
        Assert.That(server.Port, Is.EqualTo(port));
        Assert.That(await server.ExecuteAsync("mg key v"), Is.EqualTo("EN\r\n"));
    }

    [Test]
    public async Task A_suspended_server_answers_when_it_is_resumed()
    {
        await using var server = await MemcachedServer.StartAsync();
        server.Suspend();
        var answer = server.ExecuteAsync("version");

        Assert.That(await Task.WhenAny(answer, Task.Delay(200)), Is.Not.SameAs(answer));

        server.Resume();
        Assert.That(await answer, Does.StartWith("VERSION "));
    }

    [Test]
    public async Task A_stopped_server_is_gone()
    {
        await using var server = await MemcachedServer.StartAsync();

        await server.StopAsync();

        Assert.That(server.IsRunning, Is.False);
    }

    [Test]
    public async Task Items_may_be_larger_than_memcached_allows_by_default()
    {
        await using var server = await MemcachedServer.StartAsync(new() { MaxItemSize = "2m" });
        var large = new string('x', 1_500_000);
        var tooLarge = new string('x', 2_500_000);

        Assert.That(await server.ExecuteAsync($"set key 0 0 {large.Length}\r\n{large}"), Is.EqualTo("STORED\r\n"));
        Assert.That(
            await server.ExecuteAsync($"set key 0 0 {tooLarge.Length}\r\n{tooLarge}"), Does.StartWith("SERVER_ERROR object too large"));
    }

    [Test]
    public async Task A_full_server_that_may_not_evict_refuses_writes()
    {
        await using var server = await MemcachedServer.StartAsync(new() { MemoryMegabytes = 2, NoEviction = true, Threads = 1 });
        var value = new string('x', 100_000);
        var replies = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            replies.Add(await server.ExecuteAsync($"set key{i} 0 0 {value.Length}\r\n{value}"));
        }

        Assert.That(replies, Has.Some.EqualTo("STORED\r\n").And.Some.StartsWith("SERVER_ERROR out of memory"));
    }

    [Test]
    public async Task Whoever_does_not_log_in_is_refused()
    {
        await using var server = await MemcachedServer.StartAsync(
            new() { Users = new Dictionary<string, string> { ["app"] = "secret" } });
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        await client.GetStream().WriteAsync("mg key v\r\n"u8.ToArray());
        using var reader = new StreamReader(client.GetStream());

        Assert.That(await reader.ReadLineAsync(), Is.EqualTo("CLIENT_ERROR unauthenticated"));
        Assert.That(await server.ExecuteAsync("mg key v"), Is.EqualTo("EN\r\n"));
    }

    [Test]
    public void A_server_that_does_not_start_says_why_in_its_own_words() =>
        Assert.That(
            () => MemcachedServer.StartAsync(new() { MaxItemSize = "1" }),
            Throws.InvalidOperationException.With.Message.Contains("Item max size"));
}
