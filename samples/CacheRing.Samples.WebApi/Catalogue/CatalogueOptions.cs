using System.ComponentModel.DataAnnotations;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>The configuration section <c>Catalogue</c>: a database that begs for mercy.</summary>
public sealed class CatalogueOptions
{
    public const string SectionName = "Catalogue";

    /// <summary>The SQLite file. Default: none, which means one in the temporary folder that is deleted at the end.</summary>
    public string? Database { get; set; }

    /// <summary>How long a query takes. Default: 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan QueryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How many queries run at the same time; further ones wait. Default: 4.</summary>
    [Range(1, 1000)]
    public int ConcurrentQueries { get; set; } = 4;

    /// <summary>How many products are read into the cache before the app listens. Default: 300.</summary>
    [Range(0, CatalogueSeed.Products)]
    public int WarmProducts { get; set; } = 300;
}
