using CacheRing.Samples.EmbeddedRedis;
using CacheRing.Samples.WebApi.Nodes;

namespace CacheRing.Samples.WebApi.Endpoints;

/// <summary>Stops and starts the nodes inside this process, to see what the cache makes of it.</summary>
internal static class NodeEndpoints
{
    /// <summary>Whether anybody may stop a node by a request: never in production, and never somebody else's server.</summary>
    public static bool CanStopNodes(this WebApplication app) =>
        app.Environment.IsDevelopment() && app.Services.GetService<EmbeddedNodes>() is not null;

    public static void MapNodesInDevelopment(this WebApplication app)
    {
        if (!app.CanStopNodes())
            return;

        RouteGroupBuilder node = app.MapGroup("/nodes/{name}");
        node.MapPost("/stop", StopAsync);
        node.MapPost("/start", StartAsync);
    }

    private static Task<IResult> StopAsync(string name, EmbeddedNodes nodes) =>
        ChangeAsync(nodes, name, static server => server.StopAsync());

    private static Task<IResult> StartAsync(string name, EmbeddedNodes nodes) =>
        ChangeAsync(nodes, name, static server => server.StartAgainAsync());

    private static async Task<IResult> ChangeAsync(EmbeddedNodes nodes, string name, Func<EmbeddedRedisServer, Task> change)
    {
        if (nodes.Find(name) is not { } server)
            return TypedResults.Problem($"There is no node '{name}'.", statusCode: StatusCodes.Status404NotFound);

        await change(server);
        return TypedResults.NoContent();
    }
}
