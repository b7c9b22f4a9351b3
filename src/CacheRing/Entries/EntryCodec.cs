using System.Buffers;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.Entries;

/// <summary>Values to stored entries and back, in one of the two formats, by one clock.</summary>
internal sealed class EntryCodec
{
    private readonly EntryFormat _format;
    private readonly TimeSpan? _defaultLifetime;
    private readonly TimeProvider _time;

    public EntryCodec(EntryFormat format, TimeSpan? defaultLifetime, TimeProvider time)
    {
        _format = format;
        _defaultLifetime = defaultLifetime;
        _time = time;
    }

    /// <summary>Where the stamps of entries come from.</summary>
    public StampSource Stamps { get; init; } = new();

    /// <summary>How much of a stored entry holds all that a refresh needs; 0 when it holds nothing of the kind.</summary>
    public int HeadLength => _format == EntryFormat.Raw ? 0 : EntryHeader.MaxLength;

    /// <summary>The lifetime that the options ask for, from now on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The absolute expiration is not in the future.</exception>
    /// <exception cref="InvalidOperationException">The format cannot hold what the options ask for.</exception>
    public EntryLifetime LifetimeOf(DistributedCacheEntryOptions options, out TimeSpan? timeToLive)
    {
        EntryLifetime lifetime = EntryLifetime.Of(options, _defaultLifetime, _time.GetUtcNow(), out timeToLive);
        if (_format == EntryFormat.Raw && lifetime.Window is not null)
        {
            throw new InvalidOperationException(
                "EntryFormat.Raw keeps no header, so that an entry cannot have a sliding expiration. Use an absolute one, or EntryFormat.CacheRing.");
        }

        return lifetime;
    }

    /// <param name="value">The value.</param>
    /// <param name="lifetime">How long it is good for.</param>
    /// <param name="hashedKey">The key, where the node will know the entry by a hash of it; else null.</param>
    /// <param name="generation">The generation of the node that it is written to.</param>
    /// <param name="isGuest">Whether that node does not own the key.</param>
    /// <param name="annex">What a loader knows of it; empty for none.</param>
    public PooledEntry Encode(
        in ReadOnlySequence<byte> value,
        EntryLifetime lifetime,
        string? hashedKey,
        ulong generation = 0,
        bool isGuest = false,
        ReadOnlySpan<byte> annex = default)
    {
        if (_format == EntryFormat.Raw)
            return Copy(value, headerLength: 0);

        EntryHeader header = new()
        {
            Kind = EntryKind.Value,
            Generation = generation,
            Stamp = Stamps.Next(),
            IsGuest = isGuest,
            AnnexLength = annex.IsEmpty ? null : annex.Length,
            Deadline = lifetime.Deadline,
            Window = lifetime.Window,
            KeyLength = hashedKey is null ? null : Encoding.UTF8.GetByteCount(hashedKey),
        };
        PooledEntry entry = Copy(value, header.Length, header.Stamp);
        header.Write(entry.Span);
        if (!annex.IsEmpty)
            annex.CopyTo(entry.Span[header.AnnexOffset..]);
        if (hashedKey is not null)
            Encoding.UTF8.GetBytes(hashedKey, KeyIn(entry.Span, header));
        return entry;
    }

    /// <summary>Reads what a node holds.</summary>
    /// <param name="key">The key that it was read by.</param>
    /// <param name="stored">The stored bytes, or their beginning.</param>
    /// <param name="endsOnTime">
    /// Whether the server itself lets go of an entry on time. A deadline is judged by this clock then only if renewals may have
    /// crossed a rewrite: servers whose clocks differ would else miss entries that live for less than the difference.
    /// </param>
    /// <param name="opened">Where the value begins, and by how much a hit prolongs the entry's life.</param>
    public EntryReading Read(string key, ReadOnlySpan<byte> stored, bool endsOnTime, out OpenedEntry opened)
    {
        opened = default;
        if (_format == EntryFormat.Raw)
            return EntryReading.Live;

        // Nothing at all is how Memcached keeps a placeholder.
        if (!EntryHeader.TryRead(stored, out EntryHeader header))
            return stored.IsEmpty ? EntryReading.Dead : EntryReading.Unreadable;
        if (header.Kind != EntryKind.Value || (header.KeyLength is not null && !IsSame(key, KeyIn(stored, header))))
            return EntryReading.Dead;

        TimeSpan? renewal = null;
        bool isServers = endsOnTime && header.Window is null;
        if (!isServers && (header.Deadline is not null || header.Window is not null))
        {
            DateTimeOffset now = _time.GetUtcNow();
            EntryLifetime lifetime = EntryLifetime.Of(header);
            if (lifetime.IsOver(now))
                return EntryReading.Dead;
            renewal = header.Window is null ? null : lifetime.TimeToLive(now);
        }

        // A guest is not prolonged: it is to be gone soon.
        AnnexPlace annex = header.AnnexLength is { } length ? new AnnexPlace(header.AnnexOffset, length) : default;
        opened = new OpenedEntry(header.Length, header.IsGuest ? null : renewal, header.Generation, header.Stamp, header.IsGuest, annex)
        {
            ServersDeadline = isServers ? header.Deadline : null,
        };
        return EntryReading.Live;
    }

    private static Span<byte> KeyIn(Span<byte> entry, in EntryHeader header) =>
        entry.Slice(header.Length - header.KeyLength!.Value, header.KeyLength.Value);

    private static ReadOnlySpan<byte> KeyIn(ReadOnlySpan<byte> entry, in EntryHeader header) =>
        entry.Slice(header.Length - header.KeyLength!.Value, header.KeyLength.Value);

    private static bool IsSame(string key, ReadOnlySpan<byte> bytes) =>
        Encoding.UTF8.GetByteCount(key) == bytes.Length && Encoding.UTF8.GetBytes(key).AsSpan().SequenceEqual(bytes);

    private static PooledEntry Copy(in ReadOnlySequence<byte> value, int headerLength, ulong stamp = 0)
    {
        PooledEntry entry = new(headerLength + (int)value.Length, stamp);
        value.CopyTo(entry.Span[headerLength..]);
        return entry;
    }
}
