using System.Net;
using System.Net.Sockets;
using System.Text;
using CacheRing.Ring;

namespace CacheRing.DependencyInjection;

/// <summary>Rules for the ring: slots, weights, and which hash goes with which algorithm.</summary>
internal static class RingRules
{
    // Its struct has 22 bytes for the text.
    private const int LongestLibketamaLabel = 22;

    public static void Check(ShardedCacheOptions options, OptionProblems problems)
    {
        RingOptions ring = options.Ring;
        if (!Enum.IsDefined(ring.Algorithm) || !Enum.IsDefined(ring.Ketama) || !Enum.IsDefined(ring.KeyHash))
        {
            problems.Add("Ring", "has an Algorithm, Ketama or KeyHash that is no defined value. Use the names of the enums");
            return;
        }

        if (HashRings.AlgorithmOf(ring.Algorithm, options.Nodes.Any(static node => node.Slot is not null)) == RingAlgorithm.Jump)
            CheckJump(options, problems);
        else
            CheckKetama(options, problems);
    }

    private static void CheckJump(ShardedCacheOptions options, OptionProblems problems)
    {
        problems.AddUnless(
            options.Ring.KeyHash is KeyHash.Default or KeyHash.XxHash64,
            "Ring.KeyHash",
            $"is {options.Ring.KeyHash}, but jump needs a hash of 64 bits. Leave it at Default");

        HashSet<int> slots = [];
        for (int i = 0; i < options.Nodes.Count; i++)
        {
            NodeOptions node = options.Nodes[i];
            string place = FormattableString.Invariant($"Nodes[{i}] ('{node.Name}')");
            problems.AddUnless(
                node.Weight == 1,
                $"{place}.Weight",
                FormattableString.Invariant($"is {node.Weight}, but a jump ring has no weights. Remove the slots and use Ring.Algorithm = Ketama"));

            if (node.Slot is not { } slot)
                problems.Add($"{place}.Slot", "is missing, and a jump ring needs one for every node. Give each its own number from 0 on, or none a slot for ketama");
            else if (slot is < 0 or >= JumpRing.MaxSlots)
                problems.Add($"{place}.Slot", FormattableString.Invariant($"is {slot}. Give 0 to {JumpRing.MaxSlots - 1}"));
            else if (!slots.Add(slot))
                problems.Add($"{place}.Slot", FormattableString.Invariant($"is {slot}, as another node's. Give each node a slot of its own"));
        }
    }

    private static void CheckKetama(ShardedCacheOptions options, OptionProblems problems)
    {
        problems.AddUnless(
            options.Nodes.All(static node => node.Slot is null),
            "Ring.Algorithm",
            "is Ketama, but nodes have slots. Remove the slots, or use Jump (which moves the keys)");

        if (options.Ring.Ketama != KetamaFlavor.CacheRing)
            CheckLabels(options, problems);

        IReadOnlyList<KeyHash> known = KetamaRules.For(options.Ring.Ketama).KeyHashes;
        problems.AddUnless(
            options.Ring.KeyHash == KeyHash.Default || known.Contains(options.Ring.KeyHash),
            "Ring.KeyHash",
            $"is {options.Ring.KeyHash}, but the flavour {options.Ring.Ketama} hashes keys with {string.Join(" or ", known)}. Leave it at Default");
    }

    private static void CheckLabels(ShardedCacheOptions options, OptionProblems problems)
    {
        // Without names there is nothing to say of them here.
        NodeOptions[] live = [.. options.Nodes.Where(static node => node.State != NodeState.Retired)];
        if (live.Any(static node => string.IsNullOrWhiteSpace(node.Name)))
            return;

        KetamaFlavor flavor = options.Ring.Ketama;
        ServerLabel form = KetamaRules.For(flavor).Label;
        RingMember[] members = [.. RingMembers.Of(options).Where(static member => !member.Retired)];

        // Two nodes with one label would share their points, and one of them would own nothing.
        foreach (IGrouping<string, RingMember> same in members.GroupBy(static member => member.Label).Where(static same => same.Count() > 1))
        {
            problems.Add(
                nameof(options.Nodes),
                $"{string.Join(" and ", same.Select(static member => $"'{member.Name}'"))} are the same server to the flavour {flavor}, which knows a node by {(form is ServerLabel.HostAndPort or ServerLabel.HostAndUnusualPort ? "host and port" : "its name")}. Give each its own, name the nodes host:port, or give each a RingLabel");
        }

        // A name is what it is, and so is a label of the user's own: spymemcached has other formats too.
        foreach ((NodeOptions node, RingMember member) in live.Zip(members).Where(static pair => pair.First.RingLabel is null))
        {
            if (form is ServerLabel.Name or ServerLabel.NameWithoutUsualPort)
                continue;
            if (!RingMembers.HasAddress(node) && string.IsNullOrWhiteSpace(node.Endpoint))
                problems.Add(nameof(options.Nodes), $"'{node.Name}' has no address by which the flavour {flavor} would know it. Name the node host:port, or give it a RingLabel");
            else if (flavor == KetamaFlavor.Libketama && Encoding.UTF8.GetByteCount(member.Label) > LongestLibketamaLabel)
                problems.Add(nameof(options.Nodes), FormattableString.Invariant($"'{node.Name}' is '{member.Label}' to the flavour Libketama, which holds {LongestLibketamaLabel} characters. Use addresses, or give the node the RingLabel that stands in the servers file"));
            else if (flavor == KetamaFlavor.Spymemcached && RingMembers.HasAddress(node) && !IsJavaAddress(member.Label))
                problems.Add(nameof(options.Nodes), $"'{node.Name}' is '{member.Label}' to the flavour Spymemcached, which knows a server by ip:port or host/ip:port. Name the node so, or give it a RingLabel");
        }
    }

    // Java writes an address of IPv6 in a form of its own, which changed with Java 14.
    private static bool IsJavaAddress(string label) =>
        label.Contains('/', StringComparison.Ordinal)
        || (IPEndPoint.TryParse(label, out IPEndPoint? address) && address is { AddressFamily: AddressFamily.InterNetwork, Port: > 0 });
}
