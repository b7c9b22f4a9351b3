using System.Net.Http.Json;
using CacheRing.Samples.WebApi.Nodes;
using CacheRing.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Sample;

/// <summary>The sample as a user runs it, on a loopback port of its own; only its database is quick.</summary>
internal sealed class SampleApp : WebApplicationFactory<Program>
{
    private readonly IEnumerable<KeyValuePair<string, string>> _settings;

    private SampleApp(IEnumerable<KeyValuePair<string, string>> settings) => _settings = settings;

    /// <summary>A client of the running app.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>The servers inside the app.</summary>
    public EmbeddedNodes Nodes => Services.GetRequiredService<EmbeddedNodes>();

    /// <summary>Starts the app with settings as they could be given on its command line.</summary>
    public static SampleApp Start(params IEnumerable<KeyValuePair<string, string>> settings)
    {
        SampleApp app = new(settings);
        app.UseKestrel(port: 0);
        app.Http = app.CreateClient();
        return app;
    }

    public async Task<SampleReply> GetAsync(string path) => await SampleReply.OfAsync(await Http.GetAsync(new Uri(path, UriKind.Relative)));

    /// <summary>Sends a request that consists of its address alone.</summary>
    public async Task<SampleReply> PostAsync(string path) =>
        await SampleReply.OfAsync(await Http.PostAsync(new Uri(path, UriKind.Relative), content: null));

    public async Task<SampleStats> StatsAsync() => SampleStats.Of(await GetAsync("/stats"));

    /// <summary>Waits until <c>/stats</c> says of a node that it has come to this.</summary>
    public Task UntilAsync(string node, string health) => Poll.UntilAsync(
        async () => (await StatsAsync()).Nodes[node].Health == health, $"{node} to be {health}", TimeSpan.FromSeconds(30));

    /// <summary>Waits until all nodes serve: while an app connects for the first time, reads may be answered without a node.</summary>
    public Task UntilHealthyAsync() => Poll.UntilAsync(
        async () => (await StatsAsync()).Nodes.Values.All(static node => node.Health == "Healthy"),
        "all nodes to be healthy",
        TimeSpan.FromSeconds(30));

    public Task<SampleReply> ReadAsync(int id) => GetAsync($"/products/{id}");

    public async Task<SampleReply> ChangeAsync(int id, object change) =>
        await SampleReply.OfAsync(await Http.PutAsJsonAsync($"/products/{id}", change));

    public async Task<SampleReply> DeleteAsync(int id) =>
        await SampleReply.OfAsync(await Http.DeleteAsync(new Uri($"/products/{id}", UriKind.Relative)));

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Catalogue:QueryDelay", "00:00:00");
        builder.UseSetting("Catalogue:WarmProducts", "0");
        foreach ((string key, string value) in _settings)
            builder.UseSetting(key, value);
    }
}
