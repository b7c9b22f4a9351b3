using System.IO.Compression;
using System.Xml.Linq;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Packages;

/// <summary>All packages, packed into a folder of their own with a version that nobody else has.</summary>
internal sealed class PackedPackages : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("cachering-packages-");

    private PackedPackages()
    {
    }

    public string Version { get; } = $"0.0.0-test.{Environment.ProcessId}.{Environment.TickCount64}";

    private string Feed => Path.Combine(_root.FullName, "feed");

    public static async Task<PackedPackages> PackAsync()
    {
        PackedPackages packages = new();
        foreach (string project in (string[])["CacheRing", "CacheRing.AspNetCore", "CacheRing.Journal"])
        {
            await DotNet.RunAsync(
                packages._root.FullName,
                "pack",
                Path.Combine(Repository.Root, "src", project),
                "-c",
                "Release",
                "-o",
                packages.Feed,
                "--artifacts-path",
                Path.Combine(packages._root.FullName, "build"),
                "-p:MinVerSkip=true",
                $"-p:Version={packages.Version}");
        }

        return packages;
    }

    /// <summary>
    /// A folder for an app: the packages come from ours, all others from where this machine's person has them; what is
    /// unpacked stays in the folder.
    /// </summary>
    public async Task<string> AppFolderAsync(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root.FullName, name)).FullName;
        string cached = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Directory.CreateDirectory(cached);
        await File.WriteAllTextAsync(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="packed" value="{Feed}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_root.FullName, "unpacked")}" /></config>
              <fallbackPackageFolders><add key="cached" value="{cached}" /></fallbackPackageFolders>
            </configuration>
            """);
        return folder;
    }

    public string FileOf(string package, string extension) => Path.Combine(Feed, $"{package}.{Version}.{extension}");

    public string[] EntriesOf(string package, string extension)
    {
        using ZipArchive archive = ZipFile.OpenRead(FileOf(package, extension));
        return [.. archive.Entries.Select(static entry => entry.FullName)];
    }

    public XElement MetadataOf(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(FileOf(package, "nupkg"));
        using Stream nuspec = archive.GetEntry($"{package}.nuspec")!.Open();
        return XDocument.Load(nuspec).Root!.Elements().Single();
    }

    public void Dispose() => _root.Delete(recursive: true);
}
