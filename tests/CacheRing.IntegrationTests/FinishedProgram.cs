using System.Diagnostics;

namespace CacheRing.IntegrationTests;

/// <summary>A program that was run to its end: its exit code, and all that it wrote.</summary>
internal sealed record FinishedProgram(int Code, string Output, string Error)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    public string All => Output + Error;

    public static Task<FinishedProgram> RunAsync(string program, params IEnumerable<string> arguments) => RunAsync(new ProcessStartInfo(program, arguments));

    /// <exception cref="OperationCanceledException">It did not end in five minutes, and was killed.</exception>
    public static async Task<FinishedProgram> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
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

        return new FinishedProgram(process.ExitCode, await output, await error);
    }
}
