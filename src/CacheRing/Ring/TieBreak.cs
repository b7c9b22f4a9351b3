namespace CacheRing.Ring;

/// <summary>Whose a point is that two members have (collisions of 32 bits do occur).</summary>
internal enum TieBreak
{
    /// <summary>The one whose name sorts first, so that two clients that list the nodes differently agree.</summary>
    Name,

    /// <summary>The one with the shorter label; of equal lengths the one that sorts first.</summary>
    ShorterLabel,

    FirstListed,

    LastListed,
}
