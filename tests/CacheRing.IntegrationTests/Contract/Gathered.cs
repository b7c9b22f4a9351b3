using CacheRing.Nodes;

namespace CacheRing.IntegrationTests.Contract;

/// <summary>What a reader was given, in the order in which it was.</summary>
internal sealed class Gathered : IStoredReader
{
    private readonly List<(int Index, byte[] Bytes)> _given = [];

    public IReadOnlyList<int> Order => [.. _given.Select(static it => it.Index)];

    public byte[] this[int index] => _given.Single(it => it.Index == index).Bytes;

    public void Read(int index, ReadOnlySpan<byte> stored) => _given.Add((index, stored.ToArray()));
}
