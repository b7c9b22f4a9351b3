namespace CacheRing.Testing.Hosting;

/// <summary>What sets one kind of server apart: its program, its arguments, and how one sees that it is ready.</summary>
/// <param name="Program">The name of the executable.</param>
/// <param name="Install">What to install when it is missing.</param>
/// <param name="Prepare">Writes what the server reads from its directory and returns its arguments. Called before every start.</param>
/// <param name="IsReady">
/// Whether the process with this id answers on this port. The id matters: whoever took the port a moment before us may answer as well.
/// </param>
internal sealed record ServerRecipe(
    string Program,
    string Install,
    Func<int, string, CancellationToken, Task<IReadOnlyList<string>>> Prepare,
    Func<int, int, CancellationToken, Task<bool>> IsReady);
