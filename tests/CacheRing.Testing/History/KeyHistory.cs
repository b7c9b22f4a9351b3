namespace CacheRing.Testing.History;

/// <summary>
/// The writes and removes of one key that must be seen, each from its own time on; sorted, so that a read is judged by a
/// binary search.
/// </summary>
internal sealed class KeyHistory
{
    /// <summary>The time of what need never be seen.</summary>
    public const long Never = long.MaxValue;

    private readonly List<(long Version, long From)> _changes = [];
    private long[] _versions = [];

    // For each change: from when on it or a later one must be seen.
    private long[] _earliest = [];

    public void Add(long version, long from)
    {
        if (from != Never)
            _changes.Add((version, from));
    }

    public void Seal()
    {
        _changes.Sort();
        _versions = [.. _changes.Select(static change => change.Version)];
        _earliest = [.. _changes.Select(static change => change.From)];
        for (int i = _earliest.Length - 2; i >= 0; i--)
            _earliest[i] = Math.Min(_earliest[i], _earliest[i + 1]);
    }

    /// <summary>From when on a version was too old to be read.</summary>
    public long TooOldFrom(long version)
    {
        int index = Array.BinarySearch(_versions, version);
        index = index < 0 ? ~index : index + 1;
        while (index < _versions.Length && _versions[index] == version)
            index++;
        return index < _versions.Length ? _earliest[index] : Never;
    }

    /// <summary>The oldest version that a read may give which begins at this time.</summary>
    public long Required(long begun) => _changes.Where(change => change.From <= begun).Max(static change => change.Version);
}
