namespace CacheRing.Benchmarks;

/// <summary>One of those compared: a name, and a loop that makes one call for each <see cref="LoadLoop.Next"/>.</summary>
internal sealed record Contender(string Name, Func<LoadLoop, Task> WorkAsync);
