namespace CacheRing.Testing;

/// <summary>The checkout that the tests run in, for those that read sources or documents.</summary>
public static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root
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
