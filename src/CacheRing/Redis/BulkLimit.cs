using System.Globalization;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// The longest value that a server takes (<c>proto-max-bulk-len</c>). A longer one ends the connection, and with it the calls of others
/// that are under way; so it is not sent. The server is asked before the first long value of a connection; where it does not say, what it
/// has refused is remembered for a minute. Safe for any number of threads.
/// </summary>
internal sealed class BulkLimit
{
    /// <summary>The least that a server can be told to take: shorter values need no look.</summary>
    public const int Least = 1024 * 1024;

    private const long Unknown = 512L * 1024 * 1024;
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private volatile Answer? _answer;
    private long _refused = long.MaxValue;
    private long _refusedAt;

    /// <summary>Whether the server takes a value of this length, as far as can be known.</summary>
    /// <param name="length">Bytes.</param>
    /// <param name="database">Leads to the server.</param>
    /// <param name="epoch">The connection's number.</param>
    public async ValueTask<bool> AllowsAsync(int length, IDatabase database, int epoch)
    {
        if (length <= Least)
            return true;
        Answer? answer = _answer;
        if (answer?.Epoch != epoch)
            _answer = answer = new Answer(epoch, await AskAsync(database).ConfigureAwait(false));
        return length <= answer.Most && (length < Volatile.Read(ref _refused) || Environment.TickCount64 - Volatile.Read(ref _refusedAt) > Memory.TotalMilliseconds);
    }

    /// <summary>The server has refused a value of this length.</summary>
    public void Refused(int length)
    {
        Volatile.Write(ref _refusedAt, Environment.TickCount64);
        Volatile.Write(ref _refused, length);
    }

    private static async Task<long> AskAsync(IDatabase database)
    {
        try
        {
            RedisResult answer = await database.ExecuteAsync("CONFIG", ["GET", "proto-max-bulk-len"]).ConfigureAwait(false);
            return answer.Length == 2 && long.TryParse((string?)answer[1], NumberStyles.None, CultureInfo.InvariantCulture, out long most) ? most : Unknown;
        }
        catch (Exception error) when (RedisFaults.IsFault(error))
        {
            // It may not be asked, or does not answer: the write itself will tell.
            return Unknown;
        }
    }

    private sealed record Answer(int Epoch, long Most);
}
