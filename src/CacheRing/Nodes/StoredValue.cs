namespace CacheRing.Nodes;

/// <summary>
/// What a node has under a key: nothing, or bytes that stay valid until <see cref="Dispose"/> gives their buffer back.
/// The default value is "nothing".
/// </summary>
internal readonly struct StoredValue : IDisposable
{
    private readonly IDisposable? _owner;

    public StoredValue(ReadOnlyMemory<byte> bytes, IDisposable? owner = null)
    {
        Exists = true;
        Bytes = bytes;
        _owner = owner;
    }

    public bool Exists { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    public void Dispose() => _owner?.Dispose();
}
