namespace CacheRing.Ring;

/// <summary>Lays the points of all live members out in order; of equal points only the winner's is kept.</summary>
internal static class KetamaPoints
{
    public static (ulong[] Points, ushort[] Members) Place(IReadOnlyList<RingMember> members, KetamaRules rules)
    {
        int[] live = ByPrecedence(members, rules);
        int totalWeight = live.Sum(member => members[member].Weight);

        List<ulong> allPoints = [];
        List<int> allRanks = [];
        for (int rank = 0; rank < live.Length; rank++)
        {
            foreach (ulong point in rules.PointsOf(members[live[rank]], live.Length, totalWeight))
            {
                allPoints.Add(point);
                allRanks.Add(rank);
            }
        }

        ulong[] points = [.. allPoints];
        int[] ranks = [.. allRanks];
        Array.Sort(points, ranks);
        return KeepWinners(points, ranks, live);
    }

    private static (ulong[] Points, ushort[] Members) KeepWinners(ulong[] points, int[] ranks, int[] live)
    {
        int kept = 0;
        for (int i = 0; i < points.Length; i++)
        {
            if (kept > 0 && points[kept - 1] == points[i])
            {
                ranks[kept - 1] = Math.Min(ranks[kept - 1], ranks[i]);
                continue;
            }

            points[kept] = points[i];
            ranks[kept++] = ranks[i];
        }

        return (points[..kept], Array.ConvertAll(ranks[..kept], rank => (ushort)live[rank]));
    }

    private static int ShorterFirst(byte[] left, byte[] right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.AsSpan().SequenceCompareTo(right);

    // The live members, the one that wins equal points first.
    private static int[] ByPrecedence(IReadOnlyList<RingMember> members, KetamaRules rules)
    {
        IEnumerable<int> live = Enumerable.Range(0, members.Count).Where(member => !members[member].Retired);
        return rules.Tie switch
        {
            TieBreak.FirstListed => [.. live],
            TieBreak.LastListed => [.. live.Reverse()],
            TieBreak.ShorterLabel => [.. live.OrderBy(member => RingText.Utf8(members[member].Label), Comparer<byte[]>.Create(ShorterFirst))],
            _ => [.. live.OrderBy(member => members[member].Name, StringComparer.Ordinal)],
        };
    }
}
