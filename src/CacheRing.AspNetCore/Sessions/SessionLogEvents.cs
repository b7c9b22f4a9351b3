using Microsoft.Extensions.Logging;

namespace CacheRing.Sessions;

/// <summary>What is logged of sessions. Ids are stable, and none is another event's. No message holds a session's key, id or content.</summary>
internal static partial class SessionLogEvents
{
    [LoggerMessage(60, LogLevel.Warning, "Requests are answered 503, because node '{Node}' does not answer for their sessions ({Kind}; {LeftOut} more since this was last logged, which is once a minute). Their sessions are kept as they were, and served when the node is back: bring the server back, nothing else.")]
    public static partial void Refused(ILogger logger, string node, NodeFailureKind kind, long leftOut);

    [LoggerMessage(61, LogLevel.Error, "Changes of sessions are lost, because node '{Node}' has not stored them ({Kind}), and their responses had begun ({LeftOut} more since this was last logged, which is once a minute). The visitors were told that all is well. Their sessions are as they were before. To answer 503 instead, change the session before you write the response, or await Session.CommitAsync there.")]
    public static partial void Lost(ILogger logger, string node, NodeFailureKind kind, long leftOut);

    [LoggerMessage(62, LogLevel.Debug, "A request to {Path} got no session of node '{Node}'.")]
    public static partial void Failed(ILogger logger, string? path, string node, Exception error);
}
