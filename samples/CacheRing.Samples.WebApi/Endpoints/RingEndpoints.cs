namespace CacheRing.Samples.WebApi.Endpoints;

/// <summary>Where a key lives, and by which number. Asks no server: the ring is in the client.</summary>
internal static class RingEndpoints
{
    // The double asterisk lets a key have slashes.
    public static void MapRing(this IEndpointRouteBuilder app) => app.MapGet("/ring/{**key}", Locate);

    private static IResult Locate(IShardedCache cache, string key = "")
    {
        try
        {
            CacheRoute route = cache.Locate(key);
            return TypedResults.Ok(new RingAnswer(key, route.Owner, $"{route.Hash:x16}", $"{route.RingFingerprint:x16}"));
        }
        catch (ArgumentException refusal)
        {
            return TypedResults.Problem(refusal.Message, statusCode: StatusCodes.Status400BadRequest);
        }
    }
}

/// <summary>The answer; the numbers in hexadecimal, as JSON's own lose digits beyond 2^53 in many a client.</summary>
internal sealed record RingAnswer(string Key, string Owner, string Hash, string RingFingerprint);
