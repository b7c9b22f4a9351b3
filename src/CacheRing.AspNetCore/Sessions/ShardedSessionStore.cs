using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CacheRing.Sessions;

/// <summary>Makes the session of a request.</summary>
internal sealed class ShardedSessionStore : ISessionStore
{
    private readonly IShardedCache _cache;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;

    public ShardedSessionStore(
        [FromKeyedServices(ShardedSessionServiceCollectionExtensions.ServiceKey)] IShardedCache cache, ILoggerFactory loggers, TimeProvider? time = null)
    {
        _cache = cache;
        _loggers = loggers;
        _time = time ?? TimeProvider.System;
    }

    public ISession Create(string sessionKey, TimeSpan idleTimeout, TimeSpan ioTimeout, Func<bool> tryEstablishSession, bool isNewSessionKey)
    {
        SessionCache cache = new(_cache, sessionKey, isNewSessionKey, _time);
        return new ShardedSession(
            new DistributedSession(cache, sessionKey, idleTimeout, ioTimeout, tryEstablishSession, _loggers, isNewSessionKey), cache);
    }
}
