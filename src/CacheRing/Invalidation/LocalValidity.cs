namespace CacheRing.Invalidation;

/// <summary>
/// What must not have happened for a value to be still good: taken before the value is read or loaded, asked whenever it is
/// used. Asking reads the feed's epoch, the key's counter and one for each tag; no lock, no allocation.
/// </summary>
/// <remarks>
/// A struct within the entry. As an object of its own it was no faster in any measurement, a twentieth slower with more entries
/// than the processor's caches hold (one more line of memory to wait for), and an allocation more for each miss.
/// </remarks>
internal readonly struct LocalValidity
{
    private readonly LocalFeed _feed;
    private readonly InvalidationStripes _stripes;
    private readonly TagCount[]? _tags;
    private readonly int _epoch;
    private readonly int _keyStripe;
    private readonly int _keyCount;
    private readonly int _anyTag;

    private LocalValidity(LocalFeed feed, InvalidationStripes stripes, int epoch, string key)
    {
        _feed = feed;
        _stripes = stripes;
        _epoch = epoch;
        _anyTag = stripes.AnyTag;
        _keyStripe = stripes.KeyStripe(key);
        _keyCount = stripes.Read(_keyStripe);
    }

    private LocalValidity(in LocalValidity from, TagCount[] tags)
    {
        this = from;
        _tags = tags;
    }

    /// <summary>Null while the feed is closed, or a change of the key or of a tag is under way: nothing may be kept then.</summary>
    /// <param name="feed">The node's messages.</param>
    /// <param name="stripes">The counters.</param>
    /// <param name="key">The key.</param>
    /// <param name="tags">The tags of the value.</param>
    /// <param name="ownChanges">How many changes of the key are under way that the value is the outcome of.</param>
    public static LocalValidity? Capture(
        LocalFeed feed, InvalidationStripes stripes, string key, IReadOnlyList<string> tags, int ownChanges = 0)
    {
        int epoch = feed.Epoch;
        if (!LocalFeed.IsOpenIn(epoch))
            return null;
        LocalValidity captured = new(feed, stripes, epoch, key);
        if (stripes.UnderWay(captured._keyStripe) > ownChanges)
            return null;
        if (tags.Count == 0)
            return captured;
        TagCount[] counts = captured.Counts(tags);
        return captured.AnyUnderWay(counts) ? null : new LocalValidity(captured, counts);
    }

    public bool Holds
    {
        get
        {
            if (_feed.Epoch != _epoch || _stripes.Read(_keyStripe) != _keyCount)
                return false;
            return _tags is null || HaveNotChanged(_tags);
        }
    }

    /// <summary>
    /// The same validity, for a value that turned out to carry further tags. Null when it is not known whether these were
    /// invalidated since the capture: some tag was.
    /// </summary>
    public LocalValidity? With(IReadOnlyList<string> tags)
    {
        if (tags.Count == 0)
            return this;

        // Their counts first, then whether any has changed: in the other order one could change between the two unseen.
        TagCount[] counts = Counts(tags);
        if (_stripes.AnyTag != _anyTag || AnyUnderWay(counts))
            return null;
        return new LocalValidity(this, _tags is null ? counts : [.. _tags, .. counts]);
    }

    private bool AnyUnderWay(TagCount[] tags)
    {
        foreach (TagCount tag in tags)
        {
            if (_stripes.UnderWay(tag.Stripe) > 0)
                return true;
        }

        return false;
    }

    private bool HaveNotChanged(TagCount[] tags)
    {
        foreach (TagCount tag in tags)
        {
            if (_stripes.Read(tag.Stripe) != tag.Count)
                return false;
        }

        return true;
    }

    private TagCount[] Counts(IReadOnlyList<string> tags)
    {
        TagCount[] counts = new TagCount[tags.Count];
        for (int i = 0; i < counts.Length; i++)
        {
            int stripe = _stripes.TagStripe(tags[i]);
            counts[i] = new TagCount(stripe, _stripes.Read(stripe));
        }

        return counts;
    }

    private readonly record struct TagCount(int Stripe, int Count);
}
