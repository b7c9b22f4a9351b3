using CacheRing.Samples.WebApi.Catalogue;
using CacheRing.Samples.WebApi.Endpoints;
using CacheRing.Samples.WebApi.Nodes;
using Microsoft.Extensions.Options;

namespace CacheRing.Samples.WebApi.Hosting;

/// <summary>What a newcomer sees once the app listens: the nodes, and what to try.</summary>
internal static class Welcome
{
    public static void PrintWelcomeWhenStarted(this WebApplication app) =>
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            // Under an in-memory test server there is no address, and nobody to read this.
            if (app.Urls.FirstOrDefault() is { } address)
                Console.WriteLine(Text(app, address));
        });

    private static string Text(WebApplication app, string address)
    {
        IServiceProvider services = app.Services;
        bool embedded = services.GetService<EmbeddedNodes>() is not null;
        IEnumerable<NodeOptions> nodes = services.GetRequiredService<IOptions<ShardedCacheOptions>>().Value.Nodes;
        double delay = services.GetRequiredService<IOptions<CatalogueOptions>>().Value.QueryDelay.TotalMilliseconds;
        string key = CachedProducts.KeyOf(42);

        return $$"""
            {{CatalogueSeed.Products:N0}} products in a slow database, cached by CacheRing. Listening on {{address}}

            Nodes{{(embedded ? $" (inside this process; {EmbeddedNodesRegistration.NodesSection} in the configuration replaces them)" : "")}}:
            {{string.Join(Environment.NewLine, nodes.Select(node => $"  {node.Name,-10} {AddressOf(node)}"))}}

            Try, in this order:
              curl -i {{address}}/products/42
                  the first time X-Cache: miss, after {{delay:0}} ms; then X-Cache: hit, at once, from the same X-Cache-Node
              curl {{address}}/ring/{{key}}
                  the node that owns the entry, by its hash
              curl -i -X PUT -H "Content-Type: application/json" -d "{\"name\":\"Brass kettle\",\"price\":12.50}" {{address}}/products/42
                  204; the database has it, and the next read is a hit with the new name
              curl -i -X POST {{address}}/products/42/views
                  202; counted, and on disk in the journal: the database gets all counts together
              curl {{address}}/products/42/views
                  the count, and how many counters the database does not have yet
              curl -c cart.txt -b cart.txt -X POST {{address}}/cart/42
                  a cart in the visitor's session, which lives in the same cache
              curl -i -X DELETE {{address}}/products/42
                  204; from then on 404
            {{(app.CanStopNodes() ? Outage(services.GetRequiredService<IShardedCache>(), address) : Stats(address))}}

            {{address}}/openapi/v1.json describes all of it. In another terminal, visitors, and how the hit rate climbs:
              dotnet run --project samples/CacheRing.Samples.WebApi -- load --url {{address}}

            Ctrl+C ends it.
            """;
    }

    private static string Outage(IShardedCache cache, string address)
    {
        const int Product = 43;
        string node = cache.Locate(CachedProducts.KeyOf(Product)).Owner;
        return $"""
              curl -i -X POST {address}/nodes/{node}/stop
                  204; noticed by the next read: /products/{Product} and all else that lives there is a miss, the rest goes on as before
            {Stats(address)}
              curl -i -X POST {address}/nodes/{node}/start
                  204; soon healthy again, and empty: the second read of /products/{Product} is a hit
            """;
    }

    private static string Stats(string address) => $"""
          curl {address}/stats
              how each node is, its hits, misses and the loads that it spared the database, and the latest changes
          curl {address}/health
              Healthy, or Degraded: for a load balancer
        """;

    // Without user and password.
    private static string AddressOf(NodeOptions node) =>
        Uri.TryCreate(node.Endpoint, UriKind.Absolute, out Uri? uri) ? $"{uri.Scheme}://{uri.Authority}" : "";
}
