namespace CacheRing.Testing.Hosting;

/// <summary>Finds a program the way a shell does: by the PATH.</summary>
internal static class Executable
{
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)

            // Debian keeps some servers where only root's PATH looks.
            .Concat(OperatingSystem.IsWindows() ? [] : ["/usr/local/bin", "/usr/bin", "/usr/sbin"])
            .Select(directory => Path.Combine(directory, OperatingSystem.IsWindows() ? name + ".exe" : name))
            .FirstOrDefault(File.Exists);
}
