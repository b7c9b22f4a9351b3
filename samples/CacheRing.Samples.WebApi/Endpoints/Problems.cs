using Microsoft.AspNetCore.Diagnostics;

namespace CacheRing.Samples.WebApi.Endpoints;

/// <summary>Every failure leaves as problem details (RFC 9457), also those that no endpoint has a part in.</summary>
internal static class Problems
{
    public static void AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails();
        services.AddExceptionHandler<BadRequestHandler>();

        // In production the framework would answer an unreadable request with a bare 400; thrown, it can be explained.
        services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);
    }

    public static void UseProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
    }
}

/// <summary>Says what was wrong with a request that could not be read: malformed JSON, an id that is no number.</summary>
internal sealed class BadRequestHandler : IExceptionHandler
{
    private readonly IProblemDetailsService _problems;

    public BadRequestHandler(IProblemDetailsService problems) => _problems = problems;

    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException refusal)
            return ValueTask.FromResult(false);

        httpContext.Response.StatusCode = refusal.StatusCode;
        return _problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = { Status = refusal.StatusCode, Detail = refusal.Message },
        });
    }
}
