using System.Runtime.CompilerServices;
using System.Text;
using CacheRing.Diagnostics;
using CacheRing.Entries;
using CacheRing.Invalidation;
using CacheRing.Sharding;

namespace CacheRing.Patterns;

/// <content>Reading: the entry, and the versions of its tags with it, straight from the transport's buffer.</content>
internal sealed partial class CacheAsideFlight<T> : IEntrySink
{
    private static readonly List<string> None = [];

    private ulong[] _tagVersions;
    private Verdict _verdict;
    private T? _value;
    private long _freshUntil;
    private int _loadMs;
    private byte[]? _bytes;
    private int _size;
    private List<TagVersion>? _unsure;
    private LocalValidity? _validity;
    private ulong _everything;
    private bool _asksEverything;

    private enum Verdict
    {
        /// <summary>Nothing, or nothing that is worth anything: invalidated, expired, not to be read.</summary>
        Void,
        Fresh,

        /// <summary>Expired, and kept for when it cannot be loaded.</summary>
        Stale,
    }

    /// <summary>The value, if a read has found one.</summary>
    public T? Value => _value;

    /// <summary>Reads without a wish to load.</summary>
    /// <returns>Whether there is a value.</returns>
    public async ValueTask<bool> TryPeekAsync(bool acceptsStale, CancellationToken cancellation)
    {
        _load = _parts.Cache.LoadOf(_request.Key, this);
        await _load.PlaceAsync(cancellation).ConfigureAwait(false);
        if (await ReadAsync(lease: null, cancellation).ConfigureAwait(false) != LoadState.Value)
            return false;
        if (_verdict == Verdict.Fresh && !acceptsStale)
            Hit(serves: false);
        return _verdict == Verdict.Fresh || (_verdict == Verdict.Stale && acceptsStale);
    }

    void IEntrySink.Begin(bool readsOthers)
    {
        _verdict = Verdict.Void;
        _value = default;
        _bytes = null;
        _unsure = null;
        if (!readsOthers)
            return;
        Array.Clear(_tagVersions);
        if (_asksEverything)
            _everything = 0;
    }

    void IEntrySink.Other(int index, ReadOnlySpan<byte> stored)
    {
        ulong version = TagKeys.VersionIn(stored);
        if (_asksEverything && index-- == 0)
            _everything = version;
        else
            _tagVersions[index] = version;
    }

    void IEntrySink.Entry(ReadOnlySpan<byte> annex, ReadOnlySpan<byte> value, long? serversDeadline)
    {
        // Written by something else, or by a later version; or invalidated by the tag that everything has.
        if (!EntryAnnex.TryRead(annex, out EntryAnnex notes) || notes.Everything != _everything || _everything == 0)
            return;
        if (notes.TagCount > 0 && !AreValid(notes))
            return;
        bool isFresh = notes.FreshUntil == serversDeadline || _parts.Time.GetUtcNow().ToUnixTimeMilliseconds() < notes.FreshUntil;
        if (!isFresh && _policy.FailSafe == TimeSpan.Zero)
            return;
        try
        {
            _value = _format.Read(value);
        }
#pragma warning disable CA1031 // Whatever a serializer throws: what cannot be read is no value, and is loaded anew.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogEvents.UnreadableValue(_parts.Logger, typeof(T), error);
            return;
        }

        _verdict = isFresh ? Verdict.Fresh : Verdict.Stale;
        _freshUntil = notes.FreshUntil;
        _loadMs = notes.LoadMilliseconds;
        _size = value.Length;
        if ((_parts.Local is not null && _policy.WritesLocal && !_format.IsShareable) || NeedsCopies)
            _bytes = value.ToArray();
    }

    /// <remarks>Not cancelled: it ends soon by itself, and a token costs each read a registration.</remarks>
    private ValueTask<LoadState> ReadAsync() => ReadAsync(_policy.WritesNodes ? _policy.Lease : null, CancellationToken.None);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<LoadState> ReadAsync(TimeSpan? lease, CancellationToken cancellation)
    {
        Shard shard = _load.Shard;
        _everything = _parts.Everything.FreshVersion(shard);
        _asksEverything = _everything == 0;
        _validity = _policy.WritesLocal ? _parts.Local?.Capture(shard, _request.Key, _request.Tags) : null;
        int epoch = shard.Node.Epoch;
        long askedAt = _parts.Time.GetTimestamp();
        LoadState state = await _load.ReadAsync(Others(), lease, cancellation).ConfigureAwait(false);
        if (state == LoadState.Unavailable)
            return state;
        if (_asksEverything && _everything != 0)
            _parts.Everything.Confirm(shard, _everything, epoch, askedAt);

        // It has tags that the caller has not named, so that their versions were not asked for.
        if (_unsure is { } unsure && _verdict != Verdict.Void && !await TagVersions.AreCurrentAsync(shard, unsure, cancellation).ConfigureAwait(false))
            _verdict = Verdict.Void;
        return state;
    }

    private List<string> Others()
    {
        if (!_asksEverything && _request.Tags.Length == 0)
            return None;
        List<string> others = new(_request.Tags.Length + 1);
        if (_asksEverything)
            others.Add(EverythingBoard.Key);
        foreach (string tag in _request.Tags)
            others.Add(TagKeys.Of(tag));
        return others;
    }

    private bool AreValid(in EntryAnnex notes)
    {
        int offset = 0;
        while (notes.TryNextTag(ref offset, out ReadOnlySpan<byte> tag, out ulong version))
        {
            int place = PlaceOf(tag);
            if (place < 0)
            {
                (_unsure ??= []).Add(new TagVersion(Encoding.UTF8.GetString(tag), version));
            }
            else if (_tagVersions[place] != version || version == 0)
            {
                return false;
            }
        }

        return true;
    }

    private int PlaceOf(ReadOnlySpan<byte> tag)
    {
        for (int i = 0; i < _request.Tags.Length; i++)
        {
            if (EntryAnnex.IsSame(_request.Tags[i], tag))
                return i;
        }

        return -1;
    }
}
