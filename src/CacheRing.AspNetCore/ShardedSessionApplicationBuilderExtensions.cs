using CacheRing.Sessions;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the sessions of <c>AddShardedSession</c> into an app's pipeline.</summary>
public static class ShardedSessionApplicationBuilderExtensions
{
    /// <summary>
    /// Adds sessions, in the place of <see cref="SessionMiddlewareExtensions.UseSession(IApplicationBuilder)"/>. The session is loaded
    /// before the endpoint runs, and stored before its response begins. Where the session's node does not answer, the request is
    /// answered 503 with <c>Retry-After</c> and without a body (<c>UseStatusCodePages</c> can give it one). A request without a session
    /// cookie asks no node, unless it puts something into its session.
    /// </summary>
    /// <param name="app">The app.</param>
    /// <returns>The app.</returns>
    /// <exception cref="InvalidOperationException"><c>AddShardedSession</c> was not called.</exception>
    public static IApplicationBuilder UseShardedSession(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ApplicationServices.GetService<SessionCacheSource>() is null)
            throw new InvalidOperationException("Call services.AddShardedSession() before app.UseShardedSession().");
        return app.UseSession().UseMiddleware<ShardedSessionMiddleware>();
    }
}
