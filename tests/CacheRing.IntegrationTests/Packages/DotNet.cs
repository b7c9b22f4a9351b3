using System.Collections;
using System.Diagnostics;

namespace CacheRing.IntegrationTests.Packages;

/// <summary>The <c>dotnet</c> command, as a person runs it in a folder.</summary>
internal static class DotNet
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    /// <summary>The command's output. It fails with all of it.</summary>
    public static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        using Process process = Process.Start(Info(folder, arguments))!;
        using CancellationTokenSource deadline = new(Deadline);
        Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        Task<string> error = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        string all = await output + await error;
        return process.ExitCode == 0 ? all : throw new InvalidOperationException($"dotnet {string.Join(' ', arguments)}\n{all}");
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
