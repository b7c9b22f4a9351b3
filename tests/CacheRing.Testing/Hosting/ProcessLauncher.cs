using System.Collections.Concurrent;
using System.Diagnostics;

namespace CacheRing.Testing.Hosting;

/// <summary>Starts child processes that do not outlive this one, not even when it is killed and can clean nothing up.</summary>
/// <remarks>
/// On Linux <c>setpriv --pdeathsig</c> has the kernel kill the child as soon as its parent dies. The kernel means the <i>thread</i> that
/// started the child, and threads of the pool come and go. So one thread starts all children and lives as long as the process.
/// Where <c>setpriv</c> cannot do that (macOS, BusyBox) children are started bare, and a killed test run leaves its servers behind.
/// </remarks>
internal static class ProcessLauncher
{
    private static readonly BlockingCollection<Action> Work = StartThread();
    private static readonly Task<string?> Guard = FindGuardAsync();

    public static async Task<Process> StartAsync(
        string program, IEnumerable<string> arguments, string workingDirectory, bool withInput = false)
    {
        var guard = await Guard;
        var command = guard is null ? [program, .. arguments] : (List<string>)[guard, "--pdeathsig", "KILL", program, .. arguments];
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = withInput,
        };

        return await OnThreadAsync(() => Process.Start(start)!);
    }

    // Asked by trying: BusyBox has a setpriv without this option.
    private static async Task<string?> FindGuardAsync()
    {
        if (!OperatingSystem.IsLinux() || Executable.Find("setpriv") is not { } setpriv)
        {
            return null;
        }

        var start = new ProcessStartInfo(setpriv, ["--pdeathsig", "KILL", "true"]) { RedirectStandardError = true };
        using var trial = await OnThreadAsync(() => Process.Start(start)!);
        await trial.WaitForExitAsync();
        return trial.ExitCode == 0 ? setpriv : null;
    }

    private static Task<Process> OnThreadAsync(Func<Process> start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                started.SetResult(start());
            }
            catch (Exception exception)
            {
                started.SetException(exception);
            }
        });
        return started.Task;
    }

    private static BlockingCollection<Action> StartThread()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable())
            {
                action();
            }
        })
        { IsBackground = true, Name = "CacheRing.Testing launcher" }.Start();
        return work;
    }
}
