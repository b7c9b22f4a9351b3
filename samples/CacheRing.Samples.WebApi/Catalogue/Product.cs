using System.Text.Json.Serialization;
using CacheRing.Samples.WebApi.Views;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>One row of the catalogue, as it is stored, cached and answered.</summary>
public sealed record Product(int Id, string Name, decimal Price);

/// <summary>How what is cached becomes bytes: made at compile time, without reflection.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Product))]
[JsonSerializable(typeof(ViewKey))]
[JsonSerializable(typeof(long))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
