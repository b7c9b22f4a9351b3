using CacheRing.Nodes;

namespace CacheRing.Failover;

/// <summary>
/// What a client believes of a node. It belongs to one connection, and was true when it was last confirmed. Immutable; swapped
/// whole.
/// </summary>
internal sealed record NodeView
{
    /// <summary>The connection that the node was greeted on.</summary>
    public required int Epoch { get; init; }

    /// <summary>Which process answered there.</summary>
    public required NodeProcess Process { get; init; }

    /// <summary>The generation in which entries are readable; 0 where entries have none.</summary>
    public required ulong Generation { get; init; }

    /// <summary>The stamps whose entries are not readable.</summary>
    public VoidedStamps Voided { get; init; } = VoidedStamps.None;

    /// <summary>The timestamp since which this generation, with these voided stamps, is believed.</summary>
    public required long Since { get; init; }

    /// <summary>The timestamp until which it counts as confirmed.</summary>
    public required long FreshUntil { get; init; }
}
