using Microsoft.AspNetCore.Connections;

namespace CacheRing.Samples.WebApi.Hosting;

/// <summary>Where the app listens, and what it says when it cannot.</summary>
internal static class ListenAddress
{
    private const string Default = "http://127.0.0.1:5080";

    public static void UseDefaultAddress(this WebApplicationBuilder builder)
    {
        if (builder.Configuration[WebHostDefaults.ServerUrlsKey] is null && builder.Configuration[WebHostDefaults.HttpPortsKey] is null)
            builder.WebHost.UseUrls(Default);
    }

    /// <summary>Runs until Ctrl+C; a port that is taken costs one line, not a stack trace.</summary>
    public static async Task<int> RunOrExplainAsync(this WebApplication app)
    {
        try
        {
            await app.RunAsync();
            return 0;
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{failure.Message} Choose another one: --urls http://127.0.0.1:5081");
            return 1;
        }
    }
}
