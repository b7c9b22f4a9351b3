using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.RigTests;

public sealed class TestCertificatesTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [TestCase("localhost")]
    [TestCase("127.0.0.1")]
    public async Task A_client_that_trusts_the_authority_talks_to_the_server(string name)
    {
        await using var server = await RedisServer.StartAsync(new() { Tls = _certificates.Server });

        await using var stream = await ConnectAsync(server, name);
        await stream.WriteAsync("PING\r\n"u8.ToArray());
        using var reader = new StreamReader(stream);

        Assert.That(await reader.ReadLineAsync(), Is.EqualTo("+PONG"));
        Assert.That(server.Endpoint, Is.EqualTo($"rediss://127.0.0.1:{server.Port}"));
    }

    [Test]
    public async Task The_rig_itself_can_look_at_a_TLS_server()
    {
        await using var server = await RedisServer.StartAsync(new() { Tls = _certificates.Server, Password = "secret" });

        Assert.That(await server.ExecuteAsync("PING"), Is.EqualTo("PONG"));
    }

    [Test]
    public async Task A_TLS_server_does_not_answer_in_the_clear()
    {
        await using var server = await RedisServer.StartAsync(new() { Tls = _certificates.Server });
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());

        var buffer = new byte[64];
        int count;
        try
        {
            count = await client.GetStream().ReadAsync(buffer);
        }
        catch (IOException)
        {
            count = 0;
        }

        Assert.That(System.Text.Encoding.ASCII.GetString(buffer, 0, count), Does.Not.Contain("PONG"));
    }

    [Test]
    public async Task A_client_that_checks_names_refuses_the_wrong_one()
    {
        await using var server = await RedisServer.StartAsync(new() { Tls = _certificates.WrongName });

        Assert.That(() => ConnectAsync(server, "localhost"), Throws.TypeOf<AuthenticationException>());
        await using var stream = await ConnectAsync(server, "wrong.example");
        Assert.That(stream.IsAuthenticated);
    }

    [Test]
    public async Task A_client_refuses_an_authority_it_does_not_trust()
    {
        await using var server = await RedisServer.StartAsync(new() { Tls = _certificates.Untrusted });

        Assert.That(() => ConnectAsync(server, "localhost"), Throws.TypeOf<AuthenticationException>());
    }

    [Test]
    public async Task A_replica_copies_a_TLS_master()
    {
        await using var master = await RedisServer.StartAsync(new() { Tls = _certificates.Server });
        await master.ExecuteAsync("SET", "key", "value");

        await using var replica = await RedisServer.StartAsync(new() { Tls = _certificates.Server, ReplicaOf = master });

        Assert.That(await replica.ExecuteAsync("GET", "key"), Is.EqualTo("value"));
    }

    [Test]
    public void The_authority_has_no_private_key_and_the_files_are_deleted()
    {
        using var other = new TestCertificates();
        var file = other.Server.KeyFile;

        Assert.That(other.Authority.HasPrivateKey, Is.False);
        Assert.That(File.Exists(file));
        other.Dispose();
        Assert.That(File.Exists(file), Is.False);
    }

    private async Task<SslStream> ConnectAsync(RedisServer server, string name)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(_certificates.Authority);
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = name, CertificateChainPolicy = policy });
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            client.Dispose();
            throw;
        }
    }
}
