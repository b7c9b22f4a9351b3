namespace CacheRing.Benchmarks.Load;

/// <summary>One of those compared. The number is that of a key.</summary>
internal sealed record LoadContender(string Name, Func<int, Task> ReadAsync, Func<int, Task> WriteAsync);
