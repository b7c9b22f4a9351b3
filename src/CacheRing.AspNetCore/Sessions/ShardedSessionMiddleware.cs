using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace CacheRing.Sessions;

/// <summary>
/// Loads the session before the endpoint runs, and answers 503 where its node does not: never with an empty session, that would
/// later be stored over the visitor's own.
/// </summary>
internal sealed class ShardedSessionMiddleware
{
    private readonly RequestDelegate _next;
    private readonly SessionLog _log;
    private readonly TimeSpan _retryAfter;

    public ShardedSessionMiddleware(RequestDelegate next, SessionLog log, IOptions<ShardedSessionOptions> options)
    {
        _next = next;
        _log = log;
        _retryAfter = options.Value.RetryAfter;
    }

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<ISessionFeature>()?.Session is not ShardedSession session)
            throw new InvalidOperationException("The sessions of this app are not CacheRing's: another ISessionStore was registered after AddShardedSession().");

        SessionResponse response = new(context, session, _log, _retryAfter);
        try
        {
            await session.LoadAsync(context.RequestAborted).ConfigureAwait(false);
            await _next(context).ConfigureAwait(false);
            await response.EndAsync().ConfigureAwait(false);
        }
        catch (NodeException failure) when (response.CanRefuse(failure))
        {
            response.Refuse(failure);
        }
        finally
        {
            response.Release();
        }
    }
}
