using CacheRing.Samples.WebApi.Catalogue;
using CacheRing.Samples.WebApi.Stats;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CacheRing.Samples.WebApi.Endpoints;

/// <summary>Read, change and delete products. A read's headers say where the answer came from.</summary>
internal static class ProductEndpoints
{
    public const string CacheHeader = "X-Cache";
    public const string NodeHeader = "X-Cache-Node";

    public static void MapProducts(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder products = app.MapGroup("/products");
        products.MapGet("/{id}", ReadAsync);
        products.MapPut("/{id}", ChangeAsync);
        products.MapDelete("/{id}", DeleteAsync);
    }

    private static async Task<IResult> ReadAsync(int id, CachedProducts products, SparedLoads spared, HttpResponse response, CancellationToken token)
    {
        if (id < 1)
            return IsNoId(id);

        (Product? product, bool isHit, string node) = await products.ReadAsync(id, token);
        if (isHit)
            spared.Count(node);
        response.Headers[CacheHeader] = isHit ? "hit" : "miss";
        response.Headers[NodeHeader] = node;
        return product is null ? IsUnknown(id) : TypedResults.Ok(product);
    }

    private static async Task<IResult> ChangeAsync(int id, [FromBody] ProductChange change, CachedProducts products)
    {
        if (id < 1)
            return IsNoId(id);
        if (change.Problems() is { Count: > 0 } problems)
            return TypedResults.ValidationProblem(problems);

        bool changed = await products.ChangeAsync(new Product(id, change.Name!, change.Price!.Value));
        return changed ? TypedResults.NoContent() : IsUnknown(id);
    }

    private static async Task<IResult> DeleteAsync(int id, CachedProducts products)
    {
        if (id < 1)
            return IsNoId(id);
        return await products.DeleteAsync(id) ? TypedResults.NoContent() : IsUnknown(id);
    }

    private static ProblemHttpResult IsNoId(int id) =>
        TypedResults.Problem($"{id} is no product id: they begin at 1.", statusCode: StatusCodes.Status400BadRequest);

    private static ProblemHttpResult IsUnknown(int id) =>
        TypedResults.Problem($"There is no product {id}.", statusCode: StatusCodes.Status404NotFound);
}
