using System.Diagnostics;
using System.Xml.Linq;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Packages;

/// <summary>The packages as a stranger gets them: what is in them, and apps that have nothing but them.</summary>
[TestFixture]
public sealed class PackageTests
{
    private PackedPackages _packages = null!;

    [OneTimeSetUp]
    public async Task PackAsync() => _packages = await PackedPackages.PackAsync();

    [OneTimeTearDown]
    public void CleanUp() => _packages?.Dispose();

    [TestCase("CacheRing", "BitFaster.Caching K4os.Hash.xxHash Microsoft.Extensions.Caching.Abstractions Microsoft.Extensions.Configuration.Binder Microsoft.Extensions.DependencyInjection.Abstractions Microsoft.Extensions.Hosting.Abstractions Microsoft.Extensions.Logging.Abstractions Microsoft.Extensions.Options.ConfigurationExtensions Polly.Core Polly.Extensions StackExchange.Redis")]
    [TestCase("CacheRing.AspNetCore", "CacheRing")]
    [TestCase("CacheRing.Journal", "CacheRing K4os.Hash.xxHash Microsoft.FASTER.Core")]
    public void It_has_a_readme_a_licence_documentation_and_symbols_and_depends_on_no_more_than(string package, string dependencies)
    {
        string[] entries = _packages.EntriesOf(package, "nupkg");
        foreach (string entry in (string[])["README.md", "LICENSE", $"lib/net10.0/{package}.dll", $"lib/net10.0/{package}.xml"])
            Assert.That(entries, Does.Contain(entry));
        Assert.That(_packages.EntriesOf(package, "snupkg"), Does.Contain($"lib/net10.0/{package}.pdb"));

        XElement metadata = _packages.MetadataOf(package);
        string Text(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
        Assert.That(Text("license"), Is.EqualTo("MIT"));
        Assert.That(Text("readme"), Is.EqualTo("README.md"));
        Assert.That(Text("version"), Is.EqualTo(_packages.Version));
        string[] found = [.. metadata.Descendants().Where(static element => element.Name.LocalName == "dependency").Select(static element => (string)element.Attribute("id")!)];
        Assert.That(found, Is.EquivalentTo(dependencies.Split(' ')));
    }

    [Test]
    public async Task A_fresh_web_app_with_one_line_in_its_program_caches_on_real_servers_and_survives_one()
    {
        string folder = await _packages.AppFolderAsync("Fresh");
        await DotNet.RunAsync(folder, "new", "web", "-f", "net10.0", "--no-restore", "--no-update-check");
        await DotNet.RunAsync(folder, "add", "package", "CacheRing", "--version", _packages.Version);
        string program = Path.Combine(folder, "Program.cs");
        string[] lines = await File.ReadAllLinesAsync(program);
        await File.WriteAllLinesAsync(program, lines.SelectMany(static line => line.Contains("CreateBuilder", StringComparison.Ordinal)
            ? (string[])[line, "builder.Services.AddShardedCache();"]
            : line.Contains("app.Run()", StringComparison.Ordinal) ? [Endpoint, line] : [line]));
        await DotNet.RunAsync(folder, "build", "-c", "Release");

        await using RedisFleet servers = await RedisFleet.StartAsync(3);
        await using WebAppProcess app = await WebAppProcess.StartAsync(Path.Combine(folder, "bin", "Release", "net10.0", "Fresh.dll"), servers.Endpoints);
        Assert.That(await app.GetAsync("/cached/first"), Is.EqualTo("stored"));
        await TestContext.Out.WriteLineAsync($"From the start of the process to the answer of its first cached request: {app.Age.TotalMilliseconds:F0} ms.");
        Assert.That(await app.GetAsync("/cached/first"), Is.EqualTo("found"));
        for (int i = 0; i < 30; i++)
            await app.GetAsync($"/cached/{i}");
        foreach (RedisServer server in servers)
            Assert.That(await server.ExecuteAsync("DBSIZE"), Is.Not.EqualTo("0"), "all servers have a share");

        await servers[0].KillAsync();
        for (int i = 0; i < 30; i++)
            Assert.That(await app.GetAsync($"/cached/{i}"), Is.EqualTo("found").Or.EqualTo("stored"));
    }

    [Test]
    public async Task A_trimmed_app_runs_against_real_servers_and_no_package_warns_of_trimming()
    {
        string folder = await _packages.AppFolderAsync("Trimmed");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "CacheRing.IntegrationTests", "Packages", "Apps", "Trimmed")))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        await DotNet.RunAsync(folder, "publish", "-c", "Release", "--use-current-runtime", "-o", "published", $"-p:PackedVersion={_packages.Version}");

        await using RedisFleet servers = await RedisFleet.StartAsync(3);
        ProcessStartInfo start = new(Path.Combine(folder, "published", OperatingSystem.IsWindows() ? "Trimmed.exe" : "Trimmed"), [Path.Combine(folder, "journal")])
        {
            // Where it looks for appsettings.json: there are some where the tests run.
            WorkingDirectory = folder,
        };
        WebAppProcess.SetNodes(start, servers.Endpoints);
        FinishedProgram run = await FinishedProgram.RunAsync(start);
        Assert.That(run.Output, Does.Contain("cache: a value").And.Contain("hybrid: 7, then 8").And.Contain("write-behind: 42, cached 42"), run.Error);
        Assert.That(run.Code, Is.Zero);
    }

    private const string Endpoint = """
        app.MapGet("/cached/{key}", async (string key, Microsoft.Extensions.Caching.Distributed.IDistributedCache cache) =>
        {
            if (await cache.GetAsync(key) is not null)
                return "found";
            await cache.SetAsync(key, [1, 2, 3], new Microsoft.Extensions.Caching.Distributed.DistributedCacheEntryOptions());
            return "stored";
        });
        """;
}
