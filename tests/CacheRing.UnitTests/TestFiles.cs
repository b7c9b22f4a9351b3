namespace CacheRing.UnitTests;

/// <summary>The vectors, which lie beside the assembly.</summary>
internal static class TestFiles
{
    public static IEnumerable<string> VectorLines(string name) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Vectors", name)).Skip(1).Where(static line => line.Length > 0);
}
