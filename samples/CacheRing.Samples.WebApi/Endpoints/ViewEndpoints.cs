using CacheRing.Samples.WebApi.Views;

namespace CacheRing.Samples.WebApi.Endpoints;

/// <summary>How often a product was looked at: counted by the page that shows it, as a beacon.</summary>
internal static class ViewEndpoints
{
    public static void MapViews(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder views = app.MapGroup("/products/{id:int:min(1)}/views");
        views.MapPost("", CountAsync);
        views.MapGet("", ReadAsync);
    }

    private static async Task<IResult> CountAsync(int id, ViewCounter views)
    {
        await views.CountAsync(id);
        return TypedResults.Accepted((string?)null);
    }

    private static async Task<IResult> ReadAsync(int id, ViewCounter views, IWriteBehindCache<ViewKey, long> cache, CancellationToken token)
    {
        long count = await views.CountOfAsync(id, token);
        return TypedResults.Ok(new ViewAnswer(id, count, cache.Status.Pending));
    }
}

/// <summary>The answer: and how many counters the database does not have yet.</summary>
internal sealed record ViewAnswer(int Product, long Views, int Pending);
