namespace CacheRing.Entries;

/// <summary>The first byte of everything that is stored under a user's key.</summary>
internal enum EntryKind : byte
{
    Value = (byte)'V',
    Placeholder = (byte)'P',
}
