namespace CacheRing.Nodes;

/// <summary>
/// Keys of a node whose loss makes all else on it unreadable. A transport whose servers take away keys one by one when they are full
/// keeps more than one copy of each; for whoever asks it is one key.
/// </summary>
internal static class KeptKeys
{
    /// <summary>The record of the node's generation, behind the instance name.</summary>
    public const string Record = "cr:gen";

    /// <summary>The version of the tag that every entry of a hybrid cache has.</summary>
    public const string Everything = "cr:tag:*";

    public static bool Has(string key) => key is Record or Everything;
}
