using CacheRing.Nodes;

namespace CacheRing.Failover;

/// <summary>The connections to one node that a late write may still arrive on. Safe for any number of threads.</summary>
internal sealed class DoubtList
{
    // Far more than a node has connections between two times that it is greeted.
    private const int Most = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Doubt> _doubts = [];
    private readonly Dictionary<int, Greeted> _joined = [];
    private readonly Queue<int> _joinedOrder = new();
    private long _number;

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _doubts.Count == 0;
            }
        }
    }

    /// <summary>Remembers what a connection is known by, and the generation that writes on it carry.</summary>
    public void Joined(int epoch, long? connectionId, in NodeProcess process, ulong generation)
    {
        lock (_gate)
        {
            if (!_joined.ContainsKey(epoch))
            {
                _joinedOrder.Enqueue(epoch);
                if (_joinedOrder.Count > Most)
                    _joined.Remove(_joinedOrder.Dequeue());
            }

            Greeted greeted = new(connectionId ?? _joined.GetValueOrDefault(epoch).ConnectionId, process, generation);
            _joined[epoch] = greeted;
            if (_doubts.TryGetValue(epoch, out Doubt doubt))
                _doubts[epoch] = doubt with { ConnectionId = greeted.ConnectionId, Process = process };
        }
    }

    /// <summary>A write on this connection has no answer.</summary>
    /// <param name="epoch">The connection.</param>
    /// <param name="generation">The generation that it may carry, where the connection was not greeted.</param>
    /// <param name="stamp">The stamp that it carries; 0 when that is not known.</param>
    public void Add(int epoch, ulong generation, ulong stamp)
    {
        lock (_gate)
        {
            if (_doubts.Count >= Most && !_doubts.ContainsKey(epoch))
                MergeOldest();

            // Writes on a connection carry no later generation than was believed on it, however late their failure is told.
            bool isKnown = _joined.TryGetValue(epoch, out Greeted greeted);
            ulong first = _doubts.TryGetValue(epoch, out Doubt before) ? Doubt.Earlier(before.FirstStamp, stamp) : stamp;
            _doubts[epoch] = new Doubt(epoch, greeted.ConnectionId, greeted.Process, isKnown ? greeted.Generation : generation, first, ++_number);
        }
    }

    public Doubt[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _doubts.Values];
        }
    }

    public bool HasOtherThan(int epoch)
    {
        lock (_gate)
        {
            return _doubts.Count > (_doubts.ContainsKey(epoch) ? 1 : 0);
        }
    }

    /// <summary>Nothing can arrive any more of what this was about.</summary>
    public void Settled(in Doubt doubt)
    {
        lock (_gate)
        {
            if (_doubts.TryGetValue(doubt.Epoch, out Doubt now) && now.Number == doubt.Number)
                _doubts.Remove(doubt.Epoch);
        }
    }

    // Into one about a connection that nobody can end any more.
    private void MergeOldest()
    {
        int[] epochs = [.. _doubts.Keys.Order().Take(2)];
        (Doubt older, Doubt newer) = (_doubts[epochs[0]], _doubts[epochs[1]]);
        ulong generation = Math.Max(older.Generation, newer.Generation);
        _doubts.Remove(epochs[0]);
        _doubts[epochs[1]] = new Doubt(epochs[1], null, null, generation, Doubt.Earlier(older.FirstStamp, newer.FirstStamp), ++_number);
        _joined.Remove(epochs[1]);
    }

    private readonly record struct Greeted(long? ConnectionId, NodeProcess? Process, ulong Generation);
}
