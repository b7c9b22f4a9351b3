using System.Diagnostics;
using System.Net.Http.Headers;
using CacheRing.IntegrationTests.Memcached;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>rediss:// and memcacheds:// encrypt, and believe only a trusted certificate that names the host.</summary>
[TestFixture("redis")]
[TestFixture("memcached")]
public sealed class TlsTests(string kind)
{
    private TestCertificates _certificates = null!;

    [OneTimeSetUp]
    public void CreateCertificates() => _certificates = new TestCertificates();

    [OneTimeTearDown]
    public void RemoveCertificates() => _certificates.Dispose();

    [Test]
    public async Task A_trusted_certificate_that_names_the_host_is_believed() =>
        Assert.That(await CachesAsync(_certificates.Server, Poll.DefaultDeadline), Is.True);

    [Test]
    public async Task A_trusted_certificate_for_another_name_is_not() =>
        Assert.That(await CachesAsync(_certificates.WrongName, TimeSpan.FromSeconds(2)), Is.False);

    [Test]
    public async Task A_certificate_of_an_unknown_authority_is_not_and_the_error_says_so()
    {
        await using TlsServer server = await TlsServer.StartAsync(kind, _certificates.Untrusted);
        await using CacheUnderTest app = CacheUnderTest.Over(
            [server.Endpoint], static options => options.Failover.OnReadFailure = ReadFailureBehavior.Throw);
        NodeException? error = null;
        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    await app.Cache.GetAsync("a");
                }
                catch (NodeException failure)
                {
                    error = failure;
                }

                return error is not null;
            },
            "the connection to be refused");
        Assert.That(error!.Kind, Is.EqualTo(NodeFailureKind.Unreachable));
        Assert.That(error.Message, Does.Contain("the certificate is trusted and names this host"));
    }

    // Trust is a matter of the whole process, so that the sample app runs in one of its own, with our authority in its store.
    private async Task<bool> CachesAsync(ServerCertificate certificate, TimeSpan patience)
    {
        await using TlsServer server = await TlsServer.StartAsync(kind, certificate);
        int port = FreePort.Next();
        ProcessStartInfo start = new("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "CacheRing.Samples.WebApi.dll"), "--urls", $"http://127.0.0.1:{port}" },
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["SSL_CERT_FILE"] = certificate.AuthorityFile,
                ["ShardedCache__Nodes__0__Name"] = "tls-node",
                ["ShardedCache__Nodes__0__Endpoint"] = server.Endpoint,
                ["Catalogue__QueryDelay"] = "00:00:00",
            },
        };
        using Process app = Process.Start(start)!;
        try
        {
            // Read, or the app would stand still when the pipe is full.
            app.OutputDataReceived += static (_, _) => { };
            app.ErrorDataReceived += static (_, _) => { };
            app.BeginOutputReadLine();
            app.BeginErrorReadLine();
            using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await Poll.UntilAsync(() => AnswersAsync(http), "the sample to listen", TimeSpan.FromSeconds(60));

            return await HitsAsync(http, patience);
        }
        finally
        {
            app.Kill();
            await app.WaitForExitAsync();
        }
    }

    // The first reads may fall into the moment of connecting.
    private static async Task<bool> HitsAsync(HttpClient http, TimeSpan patience)
    {
        try
        {
            await Poll.UntilAsync(async () => await XCacheAsync(http) == "hit", "a hit", patience);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            using HttpResponseMessage response = await http.GetAsync("/ring/x");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<string?> XCacheAsync(HttpClient http)
    {
        using HttpResponseMessage response = await http.GetAsync("/products/1");
        response.EnsureSuccessStatusCode();
        HttpResponseHeaders headers = response.Headers;
        return headers.TryGetValues("X-Cache", out IEnumerable<string>? values) ? values.Single() : null;
    }

    private sealed record TlsServer(string Endpoint, Func<ValueTask> StopAsync) : IAsyncDisposable
    {
        public static async Task<TlsServer> StartAsync(string kind, ServerCertificate certificate)
        {
            if (kind == "redis")
            {
                RedisServer redis = await RedisServer.StartAsync(new() { Tls = certificate });
                return new TlsServer(redis.Endpoint, redis.DisposeAsync);
            }

            RequiresMemcached.OrSkip();
            MemcachedServer memcached = await MemcachedServer.StartAsync(new() { Tls = certificate });
            return new TlsServer(memcached.Endpoint, memcached.DisposeAsync);
        }

        public ValueTask DisposeAsync() => StopAsync();
    }
}
