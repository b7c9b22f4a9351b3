namespace CacheRing.Samples.WebApi.Endpoints;

/// <summary>The body of a change: what a product is to be.</summary>
public sealed record ProductChange(string? Name, decimal? Price)
{
    private const int LongestName = 200;

    /// <summary>What is wrong with it, by field; empty if nothing is.</summary>
    public Dictionary<string, string[]> Problems()
    {
        Dictionary<string, string[]> problems = [];
        if (string.IsNullOrWhiteSpace(Name))
            problems["name"] = ["A product needs a name."];
        else if (Name.Length > LongestName)
            problems["name"] = [$"A name has at most {LongestName} characters."];

        if (Price is null)
            problems["price"] = ["A product needs a price."];
        else if (Price < 0)
            problems["price"] = ["A price is not negative."];
        return problems;
    }
}
