using System.Globalization;
using System.Net;
using CacheRing.Nodes;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// Settings under which a dead or hanging server costs a caller its timeout and no more. StackExchange.Redis's own
/// defaults queue calls to a dead server for 5 s.
/// </summary>
internal static class RedisConfiguration
{
    public const string Scheme = "redis";
    public const string TlsScheme = "rediss";
    public const int DefaultPort = 6379;

    // Time-outs are looked for on this beat, so it bounds how late one is noticed.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(50);

    public static ConfigurationOptions Of(NodeEndpoint endpoint, NodeTimings timings)
    {
        ConfigurationOptions options = new()
        {
            User = endpoint.User,
            Password = endpoint.Password,
            DefaultDatabase = endpoint.Database,
            Ssl = endpoint.Scheme == TlsScheme,
            SslHost = endpoint.Scheme == TlsScheme ? endpoint.Host : null,
        };
        options.EndPoints.Add(endpoint.Host, endpoint.Port ?? DefaultPort);
        ApplyDefaults(options, timings, written: "");
        return options;
    }

    /// <summary>A StackExchange.Redis string; what is written there wins over the defaults.</summary>
    /// <exception cref="ArgumentException">The string cannot be read. The message does not repeat it.</exception>
    public static ConfigurationOptions Of(string configuration, NodeTimings timings)
    {
        ConfigurationOptions options;
        try
        {
            options = ConfigurationOptions.Parse(configuration);
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            // The inner exception may quote the part it could not read, and that part may be a password.
            throw new ArgumentException($"it is not a StackExchange.Redis configuration string ({error.GetType().Name}){AboutCommas(configuration)}");
        }

        if (options.EndPoints.Count != 1)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"it names {options.EndPoints.Count} endpoints; a node is one server, so write one node for each{AboutCommas(configuration)}"));
        }

        if (!string.IsNullOrEmpty(options.ServiceName))
        {
            throw new ArgumentException(
                "it names a Sentinel service (serviceName), and Sentinel is not supported; give the address of the primary itself, best a name that follows it");
        }

        // The driver would take a whole URL for a host's name, and a host's name is printed: with the password in it.
        if (options.EndPoints[0] is DnsEndPoint { Host: { } host } && host.AsSpan().IndexOfAny("@/:?") >= 0)
            throw new ArgumentException("it names no host; a redis:// address belongs into Endpoint");

        ApplyDefaults(options, timings, configuration);
        return options;
    }

    // The rest of a password that holds a comma is taken for an endpoint, or for an option that nobody knows.
    private static string AboutCommas(string configuration)
    {
        string[] parts = configuration.Split(',', StringSplitOptions.TrimEntries);
        int password = Array.FindIndex(parts, static part => part.StartsWith("password=", StringComparison.OrdinalIgnoreCase));
        return password >= 0 && password < parts.Length - 1
            ? ". A comma ends the password: if yours holds one, use Endpoint instead, with %2C for the comma"
            : "";
    }

    private static void ApplyDefaults(ConfigurationOptions options, NodeTimings timings, string written)
    {
        HashSet<string> given = new(
            written.Split(',', StringSplitOptions.TrimEntries).Select(static part => part.Split('=')[0].TrimEnd()),
            StringComparer.OrdinalIgnoreCase);

        int operation = Milliseconds(timings.Operation);
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.HeartbeatInterval = Heartbeat;
        options.ReconnectRetryPolicy = new GrowingRetry(Milliseconds(timings.Reconnect));
        options.IncludeDetailInExceptions = false;
        options.ResponseBufferPool ??= ResponsePool.Shared;

        // The driver's name for INFO and CLIENT, by which a restarted server and a connection of ours are told apart.
        options.AllowAdmin = true;
        if (!given.Contains("abortConnect"))
            options.AbortOnConnectFail = false;
        if (!given.Contains("connectRetry"))
            options.ConnectRetry = 1;
        if (!given.Contains("connectTimeout"))
            options.ConnectTimeout = Milliseconds(timings.Connect);
        if (!given.Contains("syncTimeout"))
            options.SyncTimeout = operation;
        if (!given.Contains("asyncTimeout"))
            options.AsyncTimeout = operation;

        // Neither has a meaning where each node is a server of its own, and both cost commands and permissions.
        if (!given.Contains("configChannel"))
            options.ConfigurationChannel = "";
        if (!given.Contains("tiebreaker"))
            options.TieBreaker = "";
    }

    private static int Milliseconds(TimeSpan span) => (int)span.TotalMilliseconds;
}
