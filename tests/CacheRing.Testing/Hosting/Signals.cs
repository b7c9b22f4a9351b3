using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CacheRing.Testing.Hosting;

/// <summary>The signals .NET itself cannot send.</summary>
internal static class Signals
{
    // The numbers are the kernel's own; macOS counts differently.
    private static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;
    private const int Terminate = 15;
    private const int StopDeadlineMs = 5000;

    /// <summary>Freezes a process. The kernel still accepts connections and takes bytes for it: it looks alive and answers nothing.</summary>
    /// <remarks>Returns when every thread stands still: the kernel stops them one by one, and one may answer a command meanwhile.</remarks>
    public static void Suspend(int pid)
    {
        Send(pid, Stop);
        var deadline = Environment.TickCount64 + StopDeadlineMs;
        SpinWait wait = default;
        while (!IsStopped(pid) && Environment.TickCount64 < deadline)
        {
            wait.SpinOnce();
        }
    }

    public static void Resume(int pid) => Send(pid, Continue);

    public static void RequestEnd(int pid) => Send(pid, Terminate);

    // Where there is no /proc, the signal alone has to do.
    private static bool IsStopped(int pid)
    {
        var tasks = $"/proc/{pid}/task";
        return !Directory.Exists(tasks)
            || Directory.EnumerateDirectories(tasks).All(task =>
            {
                // "pid (name) state ...", and the name may hold anything but ends with the last parenthesis.
                var stat = File.ReadAllText(Path.Combine(task, "stat"));
                return stat[stat.LastIndexOf(')') + 2] is 'T' or 't';
            });
    }

    private static void Send(int pid, int signal)
    {
        if (Kill(pid, signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Process {pid} could not be sent signal {signal}");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
