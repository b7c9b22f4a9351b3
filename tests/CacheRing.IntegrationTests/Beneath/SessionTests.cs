using System.Net;
using System.Text;
using CacheRing.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CacheRing.IntegrationTests.Beneath;

/// <summary>As the store of ASP.NET Core sessions.</summary>
[TestFixture]
public sealed class SessionTests
{
    [Test]
    public async Task A_session_lives_in_the_cache_and_is_seen_by_every_web_server()
    {
        await using RedisFleet servers = await RedisFleet.StartAsync(3);
        await using WebApplication one = await StartAsync(servers);
        await using WebApplication two = await StartAsync(servers);
        CookieContainer cookies = new();

        Assert.That(await GetAsync(one, cookies), Is.EqualTo("1"));
        Assert.That(await GetAsync(one, cookies), Is.EqualTo("2"));
        Assert.That(await GetAsync(two, cookies), Is.EqualTo("3"), "another web server");
        Assert.That(await GetAsync(two, new CookieContainer()), Is.EqualTo("1"), "another visitor");
    }

    private static async Task<WebApplication> StartAsync(RedisFleet servers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>(Protection);
        builder.Services.AddSession(static options => options.Cookie.IsEssential = true);
        builder.Services.AddShardedCache(options =>
        {
            foreach (string endpoint in servers.Endpoints)
                options.Nodes.Add(new NodeOptions { Name = $"node-{options.Nodes.Count}", Endpoint = endpoint });
        });

        WebApplication app = builder.Build();
        app.UseSession();
        app.Run(static async context =>
        {
            await context.Session.LoadAsync();
            int visits = (context.Session.GetInt32("visits") ?? 0) + 1;
            context.Session.SetInt32("visits", visits);
            await context.Session.CommitAsync();
            await context.Response.WriteAsync(visits.ToString(System.Globalization.CultureInfo.InvariantCulture), Encoding.UTF8);
        });
        await app.StartAsync();
        return app;
    }

    // Both web servers must be able to read the cookie.
    private static readonly Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider Protection = new();

    private static async Task<string> GetAsync(WebApplication app, CookieContainer cookies)
    {
        // Cookies do not tell ports apart, so that the two servers share them.
        using HttpClientHandler handler = new() { CookieContainer = cookies };
        using HttpClient http = new(handler);
        return await http.GetStringAsync(new Uri(app.Urls.Single()));
    }
}
