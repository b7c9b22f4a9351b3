using System.Net.Sockets;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.RigTests;

/// <summary>How a server dies, freezes and comes back.</summary>
public class RedisServerLifeTests
{
    private RedisServer _server = null!;

    [SetUp]
    public async Task Start_a_server() => _server = await RedisServer.StartAsync();

    [TearDown]
    public async Task Dispose_of_it() => await _server.DisposeAsync();

    [Test]
    public async Task A_killed_server_is_gone_and_its_port_refuses()
    {
        await _server.KillAsync();

        Assert.That(_server.IsRunning, Is.False);
        Assert.That(
            () => _server.ExecuteAsync("PING"),
            Throws.TypeOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(SocketError.ConnectionRefused));
    }

    [Test]
    public async Task A_stopped_server_is_gone_even_when_it_was_suspended()
    {
        _server.Suspend();

        await _server.StopAsync();

        Assert.That(_server.IsRunning, Is.False);
    }

    [Test]
    public async Task A_suspended_server_accepts_connections_but_does_not_answer_until_it_is_resumed()
    {
        _server.Suspend();
        using var client = new TcpClient();
        await client.ConnectAsync(_server.Host, _server.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("PING\r\n"u8.ToArray());
        var answer = stream.ReadAsync(new byte[64]).AsTask();

        Assert.That(await Task.WhenAny(answer, Task.Delay(200)), Is.Not.SameAs(answer));
        Assert.That(_server.IsRunning, Is.True);

        _server.Resume();
        Assert.That(await answer.WaitAsync(Poll.DefaultDeadline), Is.EqualTo("+PONG\r\n".Length));
    }

    [Test]
    public async Task A_restarted_server_has_the_same_port_and_another_process()
    {
        var (port, pid) = (_server.Port, _server.Pid);

        await _server.RestartAsync(keepData: false);

        Assert.That(_server.Port, Is.EqualTo(port));
        Assert.That(_server.Pid, Is.Not.EqualTo(pid).And.Not.Zero);
    }

    [Test]
    public async Task A_server_restarted_without_data_is_empty_even_if_it_was_saved()
    {
        await _server.ExecuteAsync("SET", "key", "value");
        await _server.SaveAsync();

        await _server.RestartAsync(keepData: false);

        Assert.That(await _server.ExecuteAsync("GET", "key"), Is.EqualTo("(nil)"));
    }

    [Test]
    public async Task A_running_server_restarted_with_data_has_all_of_it()
    {
        await _server.ExecuteAsync("SET", "key", "value");

        await _server.RestartAsync(keepData: true);

        Assert.That(await _server.ExecuteAsync("GET", "key"), Is.EqualTo("value"));
    }

    [Test]
    public async Task A_suspended_server_can_be_restarted_with_data()
    {
        await _server.ExecuteAsync("SET", "key", "value");
        _server.Suspend();

        await _server.RestartAsync(keepData: true);

        Assert.That(await _server.ExecuteAsync("GET", "key"), Is.EqualTo("value"));
    }

    [Test]
    public async Task A_killed_server_comes_back_with_the_data_of_its_last_save()
    {
        await _server.ExecuteAsync("SET", "key", "old");
        await _server.SaveAsync();
        await _server.ExecuteAsync("SET", "key", "new");
        await _server.KillAsync();

        await _server.RestartAsync(keepData: true);

        Assert.That(await _server.ExecuteAsync("GET", "key"), Is.EqualTo("old"));
    }

    [Test]
    public async Task Data_that_was_never_saved_cannot_be_kept_by_a_killed_server()
    {
        await _server.KillAsync();

        Assert.That(() => _server.RestartAsync(keepData: true), Throws.InvalidOperationException.With.Message.Contains("SaveAsync"));
    }

    [Test]
    public async Task A_server_can_be_restarted_many_times()
    {
        for (var i = 0; i < 10; i++)
        {
            await _server.RestartAsync(keepData: i % 2 == 0);
            Assert.That(await _server.ExecuteAsync("PING"), Is.EqualTo("PONG"));
        }
    }

    [Test]
    public async Task A_suspended_server_can_be_disposed_of_and_leaves_no_process_and_no_files()
    {
        var directory = (await _server.ExecuteAsync("CONFIG", "GET", "dir")).Split('\n')[1];
        var pid = _server.Pid;
        Assert.That(Directory.Exists(directory));
        _server.Suspend();

        await _server.DisposeAsync();

        Assert.That(Directory.Exists(directory), Is.False);
        Assert.That(Directory.Exists($"/proc/{pid}"), Is.False);
    }
}
