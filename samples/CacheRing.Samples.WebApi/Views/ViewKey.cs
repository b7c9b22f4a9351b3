namespace CacheRing.Samples.WebApi.Views;

/// <summary>
/// A counter: the views of a product that one instance of the app has seen. Each instance has its own, since two that write one
/// value would overwrite each other; the database adds them up.
/// </summary>
public sealed record ViewKey(int Product, string Instance);
