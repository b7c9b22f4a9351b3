using System.Globalization;

namespace CacheRing.Nodes;

/// <summary>
/// Which server process answers. One that was restarted is another, whatever it remembers: the same address, the same data
/// from a snapshot, and removes that it has never seen.
/// </summary>
/// <param name="Id">Redis: its <c>run_id</c>, unique by itself. Memcached: its process id.</param>
/// <param name="StartedAt">
/// Where the id is not unique by itself, the second in which the process began, as it counts itself: that may differ by a
/// second or two from one time to the next. 0 where it is not needed.
/// </param>
internal readonly record struct NodeProcess(string Id, long StartedAt = 0)
{
    private const long Tolerance = 2;

    public bool IsSameAs(in NodeProcess other) => Id == other.Id && Math.Abs(StartedAt - other.StartedAt) <= Tolerance;

    public override string ToString() => StartedAt == 0 ? Id : string.Create(CultureInfo.InvariantCulture, $"{Id}@{StartedAt}");
}
