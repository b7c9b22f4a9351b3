using System.ComponentModel.DataAnnotations;

namespace CacheRing.Samples.WebApi.Views;

/// <summary>The configuration section <c>Views</c>.</summary>
public sealed class ViewOptions
{
    public const string SectionName = "Views";

    /// <summary>Whose counters these are; no two instances may have one name. Default: the machine's.</summary>
    [Required]
    public string Instance { get; set; } = Environment.MachineName;

    /// <summary>How long counts wait before the database gets them. Default: 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(2);
}
