namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>Tells a read whether it was the one that asked the database, for the header X-Cache.</summary>
internal sealed class LoadNote
{
    private static readonly AsyncLocal<LoadNote?> Current = new();

    public bool HasLoaded { get; private set; }

    /// <summary>Notes what is loaded on behalf of this call from now on.</summary>
    public static LoadNote Begin() => Current.Value = new LoadNote();

    public static void Take() => Current.Value?.HasLoaded = true;
}
