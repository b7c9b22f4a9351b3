using CacheRing.Samples.WebApi.Carts;
using CacheRing.Samples.WebApi.Catalogue;
using CacheRing.Samples.WebApi.Endpoints;
using CacheRing.Samples.WebApi.Hosting;
using CacheRing.Samples.WebApi.Load;
using CacheRing.Samples.WebApi.Nodes;
using CacheRing.Samples.WebApi.Stats;
using CacheRing.Samples.WebApi.Views;

// "load" puts visitors on an app that runs already.
if (args is ["load", .. string[] loadArgs])
    return await LoadCommand.RunAsync(loadArgs);

// The settings lie beside the program, wherever it is started from.
WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    ContentRootPath = AppContext.BaseDirectory,
});
builder.UseDefaultAddress();
builder.UseEmbeddedNodesUnlessConfigured();

// The whole of the cache's set-up: the nodes come from the configuration section "ShardedCache".
builder.Services.AddShardedCache()
    .AddShardedHybridCache(static options => options.JsonSerializerOptions = CatalogueJson.Default.Options)
    .AddCatalogue()
    .AddViews();
builder.Services.AddHealthChecks().AddShardedCache();
builder.Services.AddStats();
builder.Services.AddCarts();
builder.Services.AddProblems();
builder.Services.AddOpenApi();

WebApplication app = builder.Build();
app.UseProblems();
app.UseShardedSession();
app.MapProducts();
app.MapViews();
app.MapRing();
app.MapCarts();
app.MapStats();
app.MapHealthChecks("/health");
app.MapOpenApi();
app.MapNodesInDevelopment();
app.PrintWelcomeWhenStarted();
return await app.RunOrExplainAsync();
