namespace CacheRing.UnitTests;

/// <summary>Files that the tests read: vectors beside the assembly, sources in the repository around it.</summary>
internal static class TestFiles
{
    public static IEnumerable<string> VectorLines(string name) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Vectors", name)).Skip(1).Where(static line => line.Length > 0);

    public static string RepositoryRoot
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CacheRing.sln")))
                folder = folder.Parent;
            return folder?.FullName ?? throw new DirectoryNotFoundException("CacheRing.sln is in no folder above the tests.");
        }
    }
}
