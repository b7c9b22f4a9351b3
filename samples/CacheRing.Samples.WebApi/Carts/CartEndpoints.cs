namespace CacheRing.Samples.WebApi.Carts;

/// <summary>
/// A cart in the visitor's session. Sessions are ASP.NET Core's own; they live in the registered IDistributedCache, and that is the
/// sharded one: no line of set-up more, and every instance of the app sees the same cart.
/// </summary>
internal static class CartEndpoints
{
    private const string Key = "cart";

    public static void AddCarts(this IServiceCollection services) => services.AddSession(static options =>
    {
        options.IdleTimeout = TimeSpan.FromMinutes(20);
        options.Cookie.Name = "cart";
        options.Cookie.IsEssential = true;
    });

    public static void MapCarts(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder cart = app.MapGroup("/cart");
        cart.MapGet("", ReadAsync);
        cart.MapPost("/{product:int:min(1)}", AddAsync);
    }

    private static async Task<IResult> ReadAsync(HttpContext context, CancellationToken token)
    {
        await context.Session.LoadAsync(token);
        return TypedResults.Ok(new Cart(Read(context.Session)));
    }

    private static async Task<IResult> AddAsync(int product, HttpContext context, CancellationToken token)
    {
        // Without it the session would be loaded by a blocking call at the first access.
        await context.Session.LoadAsync(token);
        int[] products = [.. Read(context.Session), product];
        context.Session.SetString(Key, string.Join(',', products));
        await context.Session.CommitAsync(token);
        return TypedResults.Ok(new Cart(products));
    }

    private static int[] Read(ISession session) =>
        session.GetString(Key) is { } text ? [.. text.Split(',').Select(int.Parse)] : [];
}

/// <summary>The answer: ids of products in the order in which they were put there.</summary>
internal sealed record Cart(IReadOnlyList<int> Products);
