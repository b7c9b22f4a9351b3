using System.Diagnostics;
using System.Globalization;

namespace CacheRing.Samples.WebApi.Load;

/// <summary>
/// Visitors who look at products, a few much more often than the rest (Zipf's law), and a line each second: how the hit rate
/// climbs while the cache fills, and what that does to the times.
/// </summary>
internal static class LoadCommand
{
    private const string Usage = "load [--url http://127.0.0.1:5080] [--seconds 20] [--visitors 32] [--products 300]";

    public static async Task<int> RunAsync(string[] args)
    {
        LoadSettings settings;
        try
        {
            settings = LoadSettings.Parse(args);
        }
        catch (ArgumentException problem)
        {
            await Console.Error.WriteLineAsync($"{problem.Message}\n{Usage}");
            return 2;
        }

        using HttpClient client = new() { BaseAddress = settings.Url };
        try
        {
            (await client.GetAsync(new Uri("/stats", UriKind.Relative))).EnsureSuccessStatusCode();
        }
        catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"No app answers on {settings.Url}: {problem.Message}. Start it in another terminal first.");
            return 1;
        }

        Console.WriteLine($"{settings.Visitors} visitors at {settings.Products:N0} products for {settings.Seconds} s");
        Console.WriteLine("second   requests   hit rate    p50 ms    p99 ms   failed");
        LoadTally tally = new();
        Stopwatch watch = Stopwatch.StartNew();
        Task[] visitors = [.. Enumerable.Range(0, settings.Visitors).Select(visitor => VisitAsync(client, new ProductPicker(settings.Products, visitor), tally, watch, settings.Seconds))];
        for (int second = 1; second <= settings.Seconds; second++)
        {
            await Task.WhenAny(Task.WhenAll(visitors), Task.Delay(TimeSpan.FromSeconds(second) - watch.Elapsed is { Ticks: > 0 } rest ? rest : TimeSpan.Zero));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{second,6}   {tally.Take()}"));
        }

        await Task.WhenAll(visitors);
        return 0;
    }

    private static async Task VisitAsync(HttpClient client, ProductPicker picker, LoadTally tally, Stopwatch watch, int seconds)
    {
        while (watch.Elapsed.TotalSeconds < seconds)
        {
            long begun = Stopwatch.GetTimestamp();
            try
            {
                using HttpResponseMessage reply = await client.GetAsync(new Uri($"/products/{picker.Next()}", UriKind.Relative));
                bool isHit = reply.Headers.TryGetValues(Endpoints.ProductEndpoints.CacheHeader, out IEnumerable<string>? cache) && cache.Contains("hit");
                tally.Add(Stopwatch.GetElapsedTime(begun), isHit, reply.IsSuccessStatusCode);
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
            {
                tally.Add(Stopwatch.GetElapsedTime(begun), isHit: false, succeeded: false);
            }
        }
    }
}
