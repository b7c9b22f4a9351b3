using System.Collections;
using System.Diagnostics;

namespace CacheRing.IntegrationTests.Packages;

/// <summary>The <c>dotnet</c> command, as a person runs it in a folder.</summary>
internal static class DotNet
{
    /// <summary>The command's output. It fails with all of it.</summary>
    public static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        FinishedProgram run = await FinishedProgram.RunAsync(Info(folder, arguments));
        return run.Code == 0 ? run.All : throw new InvalidOperationException($"dotnet {string.Join(' ', arguments)}\n{run.All}");
    }

    public static ProcessStartInfo Info(string folder, IEnumerable<string> arguments)
    {
        ProcessStartInfo info = new("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

        // What the test run's own build has set is not what a person has.
        foreach (string name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(static entry => (string)entry.Key))
        {
            if (name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase) || name.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase))
                info.Environment.Remove(name);
        }

        // Without them a build server keeps the pipes open, and the folder, after the command has ended.
        info.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        info.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        info.Environment["UseSharedCompilation"] = "false";
        return info;
    }
}
