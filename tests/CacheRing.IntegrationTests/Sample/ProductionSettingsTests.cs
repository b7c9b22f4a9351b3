using System.Diagnostics;
using System.Text.RegularExpressions;
using CacheRing.Testing;
using Microsoft.Extensions.Configuration;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>What the sample's appsettings.Production.json shows works: three servers with TLS and a user that may do no more than is said there.</summary>
public class ProductionSettingsTests
{
    private static readonly string Settings = Path.Combine(AppContext.BaseDirectory, "appsettings.Production.json");

    [Test]
    public void The_file_names_three_nodes_with_TLS_and_no_password()
    {
        ShardedCacheOptions options = new();
        new ConfigurationBuilder().AddJsonFile(Settings).Build().GetSection("ShardedCache").Bind(options);
        Assert.That(options.Nodes, Has.Count.EqualTo(3));
        Assert.That(options.Nodes.Select(static node => node.Endpoint), Is.All.StartsWith("rediss://cache-").And.All.Not.Contain("@"));
    }

    [Test]
    [Platform("Linux", Reason = "The authority of the test is trusted by SSL_CERT_FILE.")]
    public async Task With_the_whole_addresses_in_the_environment_the_app_caches_on_servers_with_TLS_and_the_users_rules()
    {
        string rules = Regex.Match(await File.ReadAllTextAsync(Settings), @"ACL SETUSER catalogue (.*)").Groups[1].Value.Trim();
        Assert.That(rules, Does.StartWith("on >... ~catalogue:*"));
        using TestCertificates certificates = new();
        ServerCertificate certificate = certificates.Server;
        await using RedisFleet servers = await RedisFleet.StartAsync(
            3, new RedisServerOptions { Tls = certificate, AclUsers = new Dictionary<string, string> { ["catalogue"] = rules.Replace(">...", ">a-secret", StringComparison.Ordinal) } });

        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "CacheRing.Samples.WebApi.dll"), "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Production", ["SSL_CERT_FILE"] = certificate.AuthorityFile, ["Catalogue__WarmProducts"] = "0" },
        };
        for (int i = 0; i < 3; i++)
            start.Environment[$"ShardedCache__Nodes__{i}__Endpoint"] = $"rediss://catalogue:a-secret@localhost:{servers[i].Port}";
        using Process app = Process.Start(start)!;
        try
        {
            string? address = null;
            while (address is null && await app.StandardOutput.ReadLineAsync() is { } line)
                address = Regex.Match(line, @"Listening on (\S+)") is { Success: true } match ? match.Groups[1].Value : null;
            _ = app.StandardOutput.ReadToEndAsync();
            using HttpClient http = new() { BaseAddress = new Uri(address!) };
            for (int id = 1; id <= 20; id++)
            {
                await Poll.UntilAsync(
                    async () =>
                    {
                        using HttpResponseMessage reply = await http.GetAsync(new Uri($"/products/{id}", UriKind.Relative));
                        return reply.Headers.GetValues("X-Cache").Single() == "hit";
                    },
                    "a hit",
                    TimeSpan.FromSeconds(30));
            }
        }
        finally
        {
            app.Kill();
            await app.WaitForExitAsync();
        }
    }
}
