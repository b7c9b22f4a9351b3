using CacheRing.Samples.WebApi.Hosting;
using Microsoft.Extensions.Options;

namespace CacheRing.Samples.WebApi.Catalogue;

/// <summary>
/// Reads the products of the front page before the app listens, the last ones of the catalogue, many with one query: what is in the
/// cache already costs nothing, and a node that is down delays nothing.
/// </summary>
internal sealed partial class CacheWarmer(IReadThroughCache<int, Product> products, IOptions<CatalogueOptions> options, ILogger<CacheWarmer> logger) : IHostedService
{
    private const int Batch = 100;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        int all = options.Value.WarmProducts;
        ProgressLine progress = new("Warming the cache", all);
        try
        {
            for (int done = 0; done < all; done += Batch)
            {
                int[] ids = [.. Enumerable.Range(CatalogueSeed.Products - all + 1 + done, Math.Min(Batch, all - done))];
                await products.GetManyAsync(ids, cancellationToken);
                progress.Report(done + ids.Length);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A cold cache is slow and right; an app that does not start is neither.
            NotWarmed(logger, failure);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "The cache could not be warmed; it fills as products are read.")]
    private static partial void NotWarmed(ILogger logger, Exception failure);
}
