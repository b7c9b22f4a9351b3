namespace CacheRing.Testing.History;

/// <summary>When a client saw that nothing of it was left to be delivered.</summary>
internal sealed class SettledTimes
{
    private readonly List<(long Begun, long Ended)> _looks = [];

    public void Add(in HistoryRecord record) => _looks.Add((record.Begun, record.Ended));

    public void Seal()
    {
        _looks.Sort();
        for (int i = _looks.Count - 2; i >= 0; i--)
        {
            if (_looks[i + 1].Ended < _looks[i].Ended)
                _looks[i] = (_looks[i].Begun, _looks[i + 1].Ended);
        }
    }

    /// <summary>When what was queued by this time was known to be delivered: a look counts that began later.</summary>
    public long DeliveredBy(long queued)
    {
        int index = _looks.BinarySearch((queued, long.MinValue));
        index = index < 0 ? ~index : index;
        return index < _looks.Count ? _looks[index].Ended : KeyHistory.Never;
    }
}
