namespace CacheRing.Benchmarks.Studies;

/// <summary>One of those compared: a name, and a loop that makes one call for each <see cref="StudyLoop.Next"/>.</summary>
internal sealed record Contender(string Name, Func<StudyLoop, Task> WorkAsync);
