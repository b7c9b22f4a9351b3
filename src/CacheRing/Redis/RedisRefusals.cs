using System.Globalization;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// Reads a server's refusal where it says more than its kind does: which command, which setting. Nothing of its text is repeated but
/// the name of a command, since the rest may hold keys, arguments or a user's name.
/// </summary>
internal static partial class RedisRefusals
{
    /// <summary>What a refusal says.</summary>
    /// <param name="error">What the driver reported.</param>
    /// <param name="database">The number of the database that is used.</param>
    /// <returns>Null where its kind says all there is.</returns>
    public static RedisRefusal? In(Exception error, int database)
    {
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is RedisServerException && OfText(inner.Message, database) is { } refusal)
                return refusal;

            // The driver knows how many databases there are, where it may ask.
            if (inner is RedisCommandException && inner.Message.StartsWith("The database does not exist", StringComparison.Ordinal))
                return NoDatabase(database);
        }

        return null;
    }

    /// <summary>What the text of an error reply says, without its first letter.</summary>
    public static RedisRefusal? OfText(string text, int database)
    {
        if (UnknownCommand().Match(text) is { Success: true } unknown)
            return Denied($"does not know {Name(unknown)}. Was it renamed (rename-command)? The commands that are needed are listed in docs/redis.md");
        if (text.Contains("Unknown Redis command called from script", StringComparison.Ordinal))
            return Denied("does not know a command that the scripts use. Was it renamed (rename-command)? The commands that are needed are listed in docs/redis.md");
        if (ForbiddenCommand().Match(text) is { Success: true } forbidden)
            return Denied($"does not let this user run {Name(forbidden)}. Give the user the permissions that docs/redis.md lists");
        if (text.Contains("executing the script", StringComparison.Ordinal) || text.Contains("ACL failure in script", StringComparison.Ordinal))
            return Denied("does not let this user run a command that the scripts use. Give the user the permissions that docs/redis.md lists");
        if (text.StartsWith("NOPERM", StringComparison.Ordinal))
            return Denied("does not let this user use keys of this InstanceName, or its channels. Give the user the patterns that docs/redis.md lists");
        if (text.StartsWith("DENIED", StringComparison.Ordinal))
            return Denied("is in protected mode, in which it answers nobody from another machine. Give it a password (requirepass), or bind it to an address");
        if (text.Contains("DB index is out of range", StringComparison.Ordinal))
            return NoDatabase(database);
        return text.Contains("max number of clients", StringComparison.Ordinal)
            ? new RedisRefusal(
                NodeFailureKind.Unreachable, "has as many connections as it may have, and takes no other. Raise maxclients at the server, or let fewer processes connect")
            : null;
    }

    private static RedisRefusal Denied(string text) => new(NodeFailureKind.AccessDenied, text);

    private static RedisRefusal NoDatabase(int database) => new(
        NodeFailureKind.ServerError,
        string.Create(
            CultureInfo.InvariantCulture,
            $"has no database {database}. Its setting 'databases' says how many it has, counted from 0: give a lower number, or raise the setting"));

    private static string Name(Match match) => match.Groups[1].Value.ToUpperInvariant();

    [GeneratedRegex("unknown command [`']([A-Za-z_.|-]{1,32})[`']", RegexOptions.IgnoreCase)]
    private static partial Regex UnknownCommand();

    [GeneratedRegex("run the '([A-Za-z_.|-]{1,32})' command")]
    private static partial Regex ForbiddenCommand();
}

/// <summary>Why a server does not do what it was asked, and the way out.</summary>
/// <param name="Kind">The kind of failure.</param>
/// <param name="Text">The rest of a sentence that begins with the node.</param>
internal sealed record RedisRefusal(NodeFailureKind Kind, string Text);
