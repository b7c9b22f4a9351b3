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

    /// <summary>Freezes a process. The kernel still accepts connections and takes bytes for it: it looks alive and answers nothing.</summary>
    public static void Suspend(int pid) => Send(pid, Stop);

    public static void Resume(int pid) => Send(pid, Continue);

    public static void RequestEnd(int pid) => Send(pid, Terminate);

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
