using System.Collections.Concurrent;
using System.Net;

namespace CacheRing.Nodes;

/// <summary>
/// Looks names up, one look-up of a name at a time: a resolver that hangs holds one thread of the pool for each name, and not one for
/// each attempt to connect. What it last answered serves while it hangs, and when it fails. Safe for any number of threads.
/// </summary>
internal sealed class HostNames
{
    // So long the resolver may take before its last answer is used instead.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly Func<string, Task<IPAddress[]>> _resolve;
    private readonly TimeProvider _time;

    public HostNames(Func<string, Task<IPAddress[]>> resolve, TimeProvider time)
    {
        _resolve = resolve;
        _time = time;
    }

    /// <summary>The operating system's names, for all caches of this process.</summary>
    public static HostNames Shared { get; } = new(static host => Dns.GetHostAddressesAsync(host), TimeProvider.System);

    /// <summary>The addresses of a name, at least one.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">There is no such name, as far as the resolver knows.</exception>
    /// <exception cref="OperationCanceledException">The resolver has not answered in time, and never before.</exception>
    public async Task<IPAddress[]> FindAsync(string host, CancellationToken token)
    {
        Entry entry = _entries.GetOrAdd(host, static _ => new Entry());
        Task<IPAddress[]> asking = entry.Ask(() => _resolve(host));
        if (entry.Last is { } last)
        {
            try
            {
                return await asking.WaitAsync(Patience, _time, token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is not OperationCanceledException || !token.IsCancellationRequested)
            {
                return last;
            }
        }

        return await asking.WaitAsync(token).ConfigureAwait(false);
    }

    private sealed class Entry
    {
        private readonly Lock _gate = new();
        private Task<IPAddress[]>? _asking;
        private volatile IPAddress[]? _last;

        public IPAddress[]? Last => _last;

        public Task<IPAddress[]> Ask(Func<Task<IPAddress[]>> resolve)
        {
            lock (_gate)
            {
                return _asking ??= AskAsync(resolve);
            }
        }

        private async Task<IPAddress[]> AskAsync(Func<Task<IPAddress[]>> resolve)
        {
            // Not on the caller's thread, nor under the lock.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            try
            {
                IPAddress[] found = await resolve().ConfigureAwait(false);
                if (found.Length == 0)
                    throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound);
                _last = found;
                return found;
            }
            finally
            {
                lock (_gate)
                {
                    _asking = null;
                }
            }
        }
    }
}
