using System.Globalization;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// What a server says when it refuses, and what that means: one table, which docs/redis.md repeats. The kind says what becomes of the
/// node (<c>FailureClasses</c>); what is refused was not written. Nothing of a server's text is repeated but the name of a command, since
/// the rest may hold keys, arguments or a user's name.
/// </summary>
internal static partial class RedisRefusals
{
    private const string SeeDocs = "The commands that are needed are listed in docs/redis.md";

    /// <summary>The words, in the order in which they are looked for.</summary>
    public static IReadOnlyList<RedisWord> Table { get; } =
    [
        new("unknown command", NodeFailureKind.AccessDenied, $"does not know {{0}}. Was it renamed (rename-command)? {SeeDocs}", UnknownCommand()),
        new("Unknown Redis command called from script", NodeFailureKind.AccessDenied, $"does not know a command that the scripts use. Was it renamed (rename-command)? {SeeDocs}"),
        new("has no permissions to run the", NodeFailureKind.AccessDenied, "does not let this user run {0}. Give the user the permissions that docs/redis.md lists", ForbiddenCommand()),
        new("executing the script", NodeFailureKind.AccessDenied, ScriptDenied),
        new("ACL failure in script", NodeFailureKind.AccessDenied, ScriptDenied),
        new("NOPERM", NodeFailureKind.AccessDenied, "does not let this user use keys of this InstanceName, or its channels. Give the user the patterns that docs/redis.md lists"),
        new("NOAUTH", NodeFailureKind.AccessDenied),
        new("WRONGPASS", NodeFailureKind.AccessDenied),
        new(
            "MISCONF",
            NodeFailureKind.WritesRefused,
            "takes no writes (MISCONF): it cannot save its data to disk. Free the disk or mend its permissions; or turn snapshots off (save \"\") or set stop-writes-on-bgsave-error no, if nothing needs them. Reads go on"),
        new(
            "NOREPLICAS",
            NodeFailureKind.WritesRefused,
            "takes no writes (NOREPLICAS): fewer replicas follow it than it asks for. Bring replicas back, or lower min-replicas-to-write. Reads go on"),
        new("invalid bulk length", NodeFailureKind.ValueTooLarge),
        new("OOM", NodeFailureKind.OutOfMemory),
        new("READONLY", NodeFailureKind.ReadOnly),
        new("LOADING", NodeFailureKind.Busy),
        new("BUSY", NodeFailureKind.Busy),
        new("MASTERDOWN", NodeFailureKind.Busy, "is a replica whose link to its primary is down, and answers nothing. Give the address of the primary"),
        new("WRONGTYPE", NodeFailureKind.ForeignData),
        new("CLUSTERDOWN", NodeFailureKind.ClusterNode),
        new("DENIED", NodeFailureKind.AccessDenied, "is in protected mode, in which it answers nobody from another machine. Give it a password (requirepass), or bind it to an address"),
        new(
            "DB index is out of range",
            NodeFailureKind.ServerError,
            "has no database {1}. Its setting 'databases' says how many it has, counted from 0: give a lower number, or raise the setting"),
        new(
            "max number of clients",
            NodeFailureKind.Unreachable,
            "has as many connections as it may have, and takes no other. Raise maxclients at the server, or let fewer processes connect"),
    ];

    private const string ScriptDenied = "does not let this user run a command that the scripts use. Give the user the permissions that docs/redis.md lists";

    /// <summary>What a refusal says.</summary>
    /// <param name="error">What the driver reported.</param>
    /// <param name="database">The number of the database that is used.</param>
    /// <returns>Null where the table has none of its words.</returns>
    public static RedisRefusal? In(Exception error, int database)
    {
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is ValueTooLongException)
                return OfText("invalid bulk length", database);
            if (inner is RedisServerException && OfText(inner.Message, database) is { } refusal)
                return refusal;

            // The driver knows how many databases there are, where it may ask.
            if (inner is RedisCommandException && inner.Message.StartsWith("The database does not exist", StringComparison.Ordinal))
                return OfText("DB index is out of range", database);
        }

        return null;
    }

    /// <summary>What the text of an error reply says, without its first letter.</summary>
    public static RedisRefusal? OfText(string text, int database)
    {
        foreach (RedisWord word in Table)
        {
            if (word.TryRead(text, database, out RedisRefusal? refusal))
                return refusal;
        }

        return null;
    }

    /// <summary>Whether the text of an error reply says that this command cannot be used.</summary>
    public static bool IsOfCommand(string command, string text) =>
        Array.Exists([UnknownCommand(), ForbiddenCommand()], pattern => pattern.Match(text) is { Success: true } match && RedisWord.NameIn(match) == command);

    /// <summary>Of a server that does not have commands that are needed.</summary>
    public static RedisRefusal Missing(string commands) =>
        new(NodeFailureKind.AccessDenied, string.Format(CultureInfo.InvariantCulture, Table[0].Text, commands));

    [GeneratedRegex("unknown command [`']([A-Za-z_.|-]{1,32})[`']", RegexOptions.IgnoreCase)]
    private static partial Regex UnknownCommand();

    [GeneratedRegex("run the '([A-Za-z_.|-]{1,32})' command")]
    private static partial Regex ForbiddenCommand();
}

/// <summary>Why a server does not do what it was asked, and the way out.</summary>
/// <param name="Kind">The kind of failure.</param>
/// <param name="Text">The rest of a sentence that begins with the node.</param>
internal sealed record RedisRefusal(NodeFailureKind Kind, string Text);
