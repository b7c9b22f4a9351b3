using System.Text.Json.Serialization;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>One row of the catalogue, as it is stored, cached and answered.</summary>
public sealed record Product(int Id, string Name, decimal Price);

/// <summary>How products become bytes in the cache: made at compile time, without reflection.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Product))]
internal sealed partial class ProductJson : JsonSerializerContext;
