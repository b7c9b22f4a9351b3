using System.Globalization;
using CacheRing.IntegrationTests.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace CacheRing.IntegrationTests.Sessions;

/// <summary>A web server whose visitors collect numbers in their sessions, with all that CacheRing logs.</summary>
internal sealed class SessionApp : IAsyncDisposable
{
    private const string Key = "numbers";

    // Every web server of a test can read the cookie.
    private static readonly Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider Protection = new();

    private readonly WebApplication _app;
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SessionApp(WebApplication app, FakeLogCollector log)
    {
        _app = app;
        Log = log;
    }

    public FakeLogCollector Log { get; }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>The sessions' cache.</summary>
    public IShardedCache Cache => _app.Services.GetRequiredKeyedService<IShardedCache>(ShardedSessionServiceCollectionExtensions.ServiceKey);

    public static async Task<SessionApp> StartAsync(
        IEnumerable<string> endpoints, Action<ShardedCacheOptions>? configure = null, LogLevel level = LogLevel.Information)
    {
        FakeLogCollector log = new();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(level).AddProvider(new FakeLoggerProvider(log));
        builder.Services.AddRouting();
        builder.Services.AddSingleton<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>(Protection);
        builder.Services.AddShardedCache(options =>
        {
            foreach (string endpoint in endpoints)
                options.Nodes.Add(new NodeOptions { Name = $"node-{options.Nodes.Count}", Endpoint = endpoint });
        });
        builder.Services.AddShardedSession(configure ?? (static _ => { }), static options => options.Cookie.IsEssential = true);

        SessionApp app = new(builder.Build(), log);
        app._app.UseShardedSession();
        app.Map();
        await app._app.StartAsync();
        return app;
    }

    public static Task<SessionApp> StartAsync(IBreakableServers servers, Action<ShardedCacheOptions>? configure = null) => StartAsync(servers.Endpoints, configure);

    /// <summary>Somebody with a browser of his own.</summary>
    public Visitor Visit() => new(Address);

    /// <summary>Waits until a request to <c>/held</c> has its session, and is about to change it.</summary>
    public Task HeldAsync() => _held.Task;

    /// <summary>Lets it go on.</summary>
    public void LetGo() => _go.SetResult();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Map()
    {
        _app.MapGet("/numbers", static context => context.Response.WriteAsync(Numbers(context)));
        _app.MapPost("/numbers/{number}", static context => context.Response.WriteAsync(Add(context)));
        _app.MapDelete("/numbers", static context =>
        {
            context.Session.Clear();
            return Task.CompletedTask;
        });
        _app.MapPost("/held/{number}", async context =>
        {
            _held.SetResult();
            await _go.Task;
            await context.Response.WriteAsync(Add(context));
        });
        _app.MapPost("/late/{number}", async context =>
        {
            await context.Response.WriteAsync("begun ");
            _held.SetResult();
            await _go.Task;
            await context.Response.WriteAsync(Add(context));
        });
        _app.MapPost("/own/{number}", async context =>
        {
            _held.SetResult();
            await _go.Task;
            string numbers = Add(context);
            try
            {
                await context.Session.CommitAsync(context.RequestAborted);
            }
            catch (NodeException)
            {
                numbers = "not stored";
            }

            await context.Response.WriteAsync(numbers);
        });
        _app.MapPost("/silent/{number}", static context =>
        {
            Add(context);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        _app.MapPost("/large/{kilobytes}", static context =>
        {
            context.Session.Set("large", new byte[1024 * int.Parse((string)context.Request.RouteValues["kilobytes"]!, CultureInfo.InvariantCulture)]);
            return context.Response.WriteAsync(Numbers(context));
        });
        _app.MapGet("/nothing", static context => context.Response.WriteAsync("nothing"));
    }

    private static string Numbers(HttpContext context) => context.Session.GetString(Key) ?? "";

    private static string Add(HttpContext context)
    {
        string number = (string)context.Request.RouteValues["number"]!;
        string numbers = Numbers(context) is { Length: > 0 } before ? $"{before},{number}" : number;
        context.Session.SetString(Key, numbers);
        return numbers;
    }
}
