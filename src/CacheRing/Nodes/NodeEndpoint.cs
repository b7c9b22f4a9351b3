using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CacheRing.Nodes;

/// <summary>
/// A node's address: <c>scheme://[user:password@]host[:port][/database]</c>. Its text, and every error about it, leaves the
/// credentials out.
/// </summary>
internal sealed class NodeEndpoint
{
    private NodeEndpoint(Uri uri)
    {
        Scheme = uri.Scheme;
        Host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host.Trim('[', ']') : uri.Host;
        Port = uri.Port > 0 ? uri.Port : null;

        string[] credentials = uri.UserInfo.Split(':', 2);
        if (credentials.Length == 2)
        {
            User = NullIfEmpty(Uri.UnescapeDataString(credentials[0]));
            Password = NullIfEmpty(Uri.UnescapeDataString(credentials[1]));
        }
    }

    public string Scheme { get; }

    public string Host { get; }

    /// <summary>Null: the scheme's usual port.</summary>
    public int? Port { get; }

    public string? User { get; }

    public string? Password { get; }

    public int? Database { get; private init; }

    public static bool TryParse(string text, [NotNullWhen(true)] out NodeEndpoint? endpoint, [NotNullWhen(false)] out string? problem)
    {
        endpoint = null;
        problem = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || !text.Contains("://", StringComparison.Ordinal))
            problem = "it is not of the form scheme://host:port (escape special characters of a password as %XX)";
        else if (uri.UserInfo.Length > 0 && !uri.UserInfo.Contains(':', StringComparison.Ordinal))
            problem = "it has a user without a password; write user:password@host, or :password@host";
        else if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
            problem = "it has a query or fragment; for further settings use Configuration instead of Endpoint";
        else if (uri.Port == 0)
            problem = "its port is 0";
        else if (!TryReadDatabase(uri.AbsolutePath, out int? database))
            problem = "the part after the host is not a database number";
        else
            endpoint = new NodeEndpoint(uri) { Database = database };

        return problem is null;
    }

    public override string ToString() => FormattableString.Invariant($"{Scheme}://{Host}{(Port is { } port ? $":{port}" : "")}");

    private static bool TryReadDatabase(string path, out int? database)
    {
        database = null;
        if (path is "" or "/")
            return true;
        if (!int.TryParse(path.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return false;
        database = number;
        return true;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
