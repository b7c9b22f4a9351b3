using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using CacheRing.Testing.Hosting;

namespace CacheRing.Testing.Redis;

/// <summary>How <c>redis-server</c> is run as a child process.</summary>
internal static partial class RedisRecipe
{
    public const string Program = "redis-server";
    public const string Install = "Install it (on Debian and Ubuntu: apt-get install redis-server), or start a Docker engine.";

    private static readonly Task<int> InstalledMajorVersion = ReadMajorVersionAsync();

    public static ServerRecipe For(RedisServerOptions options, RedisProbe probe) => new(
        Program,
        Install,
        async (port, directory, cancellationToken) =>
        {
            var text = new RedisConfiguration(options).ToText(port, directory, await InstalledMajorVersion);
            await File.WriteAllTextAsync(Path.Combine(directory, RedisConfiguration.FileName), text, cancellationToken);
            return [RedisConfiguration.FileName, .. options.ExtraArguments];
        },
        probe.IsReadyAsync);

    // An unknown line in its file stops a server, so lines that came with version 7 need to know it.
    private static async Task<int> ReadMajorVersionAsync()
    {
        var start = new ProcessStartInfo(Executable.Find(Program)!, ["--version"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var match = MajorVersion().Match(text);
        return match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"\bv=(\d+)")]
    private static partial Regex MajorVersion();
}
