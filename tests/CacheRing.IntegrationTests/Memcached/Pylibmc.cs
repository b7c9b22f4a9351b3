namespace CacheRing.IntegrationTests.Memcached;

/// <summary>Python's binding of libmemcached, as a stranger who shares the servers. Debian: <c>python3-pylibmc</c>.</summary>
internal static class Pylibmc
{
    private static readonly string[] Interpreters = ["/usr/bin/python3", "python3"];

    /// <summary>An interpreter that has it; null when there is none.</summary>
    public static async Task<string?> FindAsync()
    {
        foreach (string interpreter in Interpreters)
        {
            try
            {
                if ((await RunAsync(interpreter, "import pylibmc", [])).Code == 0)
                    return interpreter;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // No such program.
            }
        }

        return null;
    }

    /// <summary>Runs a script with a client <c>c</c> on the servers (host:port), by weighted ketama; returns what it prints.</summary>
    public static async Task<string> RunAsync(string interpreter, IEnumerable<string> servers, string script)
    {
        (int code, string output, string error) = await RunAsync(
            interpreter,
            $"""
            import sys, pylibmc
            c = pylibmc.Client(sys.argv[1:], binary=False)
            c.behaviors = dict(ketama_weighted=True)
            {script}
            """,
            [.. servers]);
        return code == 0 ? output : throw new InvalidOperationException(error);
    }

    private static Task<FinishedProgram> RunAsync(string interpreter, string script, string[] arguments) =>
        FinishedProgram.RunAsync(interpreter, ["-c", script, .. arguments]);
}
