using Microsoft.AspNetCore.Http.HttpResults;

namespace CacheRing.Samples.WebApi.Carts;

/// <summary>
/// A cart in the visitor's session. Sessions are ASP.NET Core's own; they live on the nodes of the cache, so that every instance of the
/// app sees the same cart. While a visitor's node does not answer he gets a 503, and never an empty cart.
/// </summary>
internal static class CartEndpoints
{
    private const string Key = "cart";

    public static void AddCarts(this IServiceCollection services) => services.AddShardedSession(static options =>
    {
        options.IdleTimeout = TimeSpan.FromMinutes(20);
        options.Cookie.Name = "cart";
        options.Cookie.IsEssential = true;
    });

    public static void MapCarts(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder cart = app.MapGroup("/cart");
        cart.MapGet("", Read);
        cart.MapPost("/{product:int:min(1)}", Add);
    }

    private static Ok<Cart> Read(HttpContext context) => TypedResults.Ok(new Cart(ProductsIn(context.Session)));

    private static Ok<Cart> Add(int product, HttpContext context)
    {
        // It is stored before the response begins.
        int[] products = [.. ProductsIn(context.Session), product];
        context.Session.SetString(Key, string.Join(',', products));
        return TypedResults.Ok(new Cart(products));
    }

    private static int[] ProductsIn(ISession session) =>
        session.GetString(Key) is { } text ? [.. text.Split(',').Select(int.Parse)] : [];
}

/// <summary>The answer: ids of products in the order in which they were put there.</summary>
internal sealed record Cart(IReadOnlyList<int> Products);
