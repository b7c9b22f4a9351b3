namespace CacheRing.Ring;

/// <summary>What a ring knows of a node. The name is its identity; the label is what foreign flavours hash instead.</summary>
internal sealed record RingMember(string Name)
{
    /// <summary>The node's text in another client's server list; the name where there is none.</summary>
    public string Label { get; init; } = Name;

    public int Weight { get; init; } = 1;

    public int? Slot { get; init; }

    /// <summary>A retired member owns no key; in a jump ring its slot stays taken, as a hole.</summary>
    public bool Retired { get; init; }
}
