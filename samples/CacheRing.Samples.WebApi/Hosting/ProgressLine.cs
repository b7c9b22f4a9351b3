namespace CacheRing.Samples.WebApi.Hosting;

/// <summary>
/// One line that says how far something is: on a terminal it is written over, into a file or pipe only its last state goes.
/// </summary>
internal sealed class ProgressLine(string what, int all)
{
    private readonly bool _isTerminal = !Console.IsOutputRedirected;

    public void Report(int done)
    {
        if (_isTerminal || done >= all)
            Console.Write($"{(_isTerminal ? "\r" : "")}{what}: {done:N0} of {all:N0}{(done >= all ? Environment.NewLine : "")}");
    }
}
