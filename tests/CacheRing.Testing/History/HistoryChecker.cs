using System.Diagnostics;

namespace CacheRing.Testing.History;

/// <summary>
/// Holds every read of a history against the writes and removes that came before it.
/// <list type="bullet">
/// <item>What was applied must be seen by every read that begins after it ended, of any client.</item>
/// <item>What was queued, too, from the moment when its client saw that everything was delivered.</item>
/// <item>What a client did itself, applied or queued, must be seen by all its own reads that begin later.</item>
/// </list>
/// Operations that overlap bind each other to nothing, and those that threw bind nobody.
/// </summary>
public sealed class HistoryChecker
{
    private readonly Dictionary<int, KeyHistory> _everyone = [];
    private readonly Dictionary<(int Key, short Client), KeyHistory> _own = [];
    private readonly Dictionary<short, SettledTimes> _settled = [];
    private readonly HashSet<(int Key, long Version)> _removed = [];
    private readonly Func<int, long> _latest;

    private HistoryChecker(Func<int, long> latest)
    {
        _latest = latest;
    }

    /// <summary>Checks the logs of a run that is over.</summary>
    /// <param name="logs">The records, client by client or in any other order.</param>
    /// <param name="latest">The latest version of each key in the store.</param>
    public static HistoryResult Check(IEnumerable<IReadOnlyList<HistoryRecord>> logs, Func<int, long> latest)
    {
        IReadOnlyList<HistoryRecord>[] all = [.. logs];
        HistoryChecker checker = new(latest);
        foreach (HistoryRecord record in all.SelectMany(static log => log).Where(static record => record.Kind == HistoryKind.Settled))
            checker.SettledOf(record.Client).Add(record);
        foreach (SettledTimes times in checker._settled.Values)
            times.Seal();
        foreach (HistoryRecord record in all.SelectMany(static log => log))
            checker.Learn(record);
        foreach (KeyHistory history in checker._everyone.Values.Concat(checker._own.Values))
            history.Seal();
        return checker.Judge(all);
    }

    private void Learn(in HistoryRecord record)
    {
        if (record.Kind is not (HistoryKind.Write or HistoryKind.Remove))
            return;
        if (record.Kind == HistoryKind.Remove)
            _removed.Add((record.Key, record.Version));
        if (record.Outcome is not (HistoryOutcome.Applied or HistoryOutcome.Queued or HistoryOutcome.Unsaid))
            return;

        long from = record.Outcome == HistoryOutcome.Applied ? record.Ended : SettledOf(record.Client).DeliveredBy(record.Ended);
        Of(_everyone, record.Key).Add(record.Version, from);
        Of(_own, (record.Key, record.Client)).Add(record.Version, record.Ended);
    }

    private HistoryResult Judge(IReadOnlyList<HistoryRecord>[] logs)
    {
        List<HistoryFinding> findings = [];
        int reads = 0, hits = 0, writes = 0, removes = 0, applied = 0, queued = 0, failed = 0;
        foreach (HistoryRecord record in logs.SelectMany(static log => log))
        {
            reads += record.Kind == HistoryKind.Read ? 1 : 0;
            writes += record.Kind == HistoryKind.Write ? 1 : 0;
            removes += record.Kind == HistoryKind.Remove ? 1 : 0;
            applied += record.Outcome == HistoryOutcome.Applied && record.Kind != HistoryKind.Settled ? 1 : 0;
            queued += record.Outcome == HistoryOutcome.Queued ? 1 : 0;
            failed += record.Outcome == HistoryOutcome.Failed ? 1 : 0;
            if (record.Outcome is not (HistoryOutcome.Hit or HistoryOutcome.Foreign))
                continue;
            hits++;
            if (FindingOf(record) is { } finding)
                findings.Add(finding);
        }

        findings.Sort(static (one, other) => one.Read.Begun.CompareTo(other.Read.Begun));
        return new HistoryResult
        {
            Reads = reads,
            Hits = hits,
            Writes = writes,
            Removes = removes,
            Applied = applied,
            Queued = queued,
            Failed = failed,
            Findings = findings,
        };
    }

    private HistoryFinding? FindingOf(in HistoryRecord read)
    {
        if (read.Outcome == HistoryOutcome.Foreign || read.Version < 1 || read.Version > _latest(read.Key)
            || _removed.Contains((read.Key, read.Version)))
            return new HistoryFinding(FindingKind.WrongValue, read, Required: 0, TimeSpan.Zero);
        return Stale(FindingKind.StaleToItsWriter, read, _own.GetValueOrDefault((read.Key, read.Client)))
            ?? Stale(FindingKind.Stale, read, _everyone.GetValueOrDefault(read.Key));
    }

    private static HistoryFinding? Stale(FindingKind kind, in HistoryRecord read, KeyHistory? history)
    {
        if (history is null)
            return null;
        long tooOldFrom = history.TooOldFrom(read.Version);
        return tooOldFrom <= read.Begun
            ? new HistoryFinding(kind, read, history.Required(read.Begun), Stopwatch.GetElapsedTime(tooOldFrom, read.Begun))
            : null;
    }

    private SettledTimes SettledOf(short client)
    {
        if (!_settled.TryGetValue(client, out SettledTimes? times))
            _settled.Add(client, times = new SettledTimes());
        return times;
    }

    private static KeyHistory Of<T>(Dictionary<T, KeyHistory> histories, T key)
        where T : notnull
    {
        if (!histories.TryGetValue(key, out KeyHistory? history))
            histories.Add(key, history = new KeyHistory());
        return history;
    }
}
