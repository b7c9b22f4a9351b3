using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CacheRing.Sessions;

/// <summary>
/// The response of a request whose session changes: it begins when the session is stored, or is a 503. An answer that has begun
/// cannot be taken back, and would tell the visitor that all is well.
/// </summary>
internal sealed class SessionResponse
{
    private readonly HttpContext _context;
    private readonly ShardedSession _session;
    private readonly SessionLog _log;
    private readonly TimeSpan _retryAfter;
    private StreamResponseBodyFeature? _body;
    private IHttpResponseBodyFeature? _inner;
    private bool _isRefused;

    public SessionResponse(HttpContext context, ShardedSession session, SessionLog log, TimeSpan retryAfter)
    {
        _context = context;
        _session = session;
        _log = log;
        _retryAfter = retryAfter;
        session.OnChange = HoldBack;
    }

    /// <summary>Answers 503, with nothing of what was prepared. The session ends with it.</summary>
    public void Refuse(NodeException failure)
    {
        _isRefused = true;
        _session.End();
        _log.Refused(_context, failure);
        HttpResponse response = _context.Response;
        response.Clear();
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.Headers.RetryAfter = Math.Ceiling(_retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        response.Headers.CacheControl = "no-store";
    }

    /// <summary>Whether a failure is one of the session's that a 503 can still tell of. Another attempt does not help a value that is too large.</summary>
    public bool CanRefuse(NodeException failure) =>
        ReferenceEquals(failure, _session.Failure) && failure.Kind != NodeFailureKind.ValueTooLarge && !_context.Response.HasStarted;

    /// <summary>The endpoint has ended: commits what has changed since its response began, or if there is none.</summary>
    public async Task EndAsync()
    {
        if (_body is { Writer.UnflushedBytes: > 0 } body)
            await body.Writer.FlushAsync(_context.RequestAborted).ConfigureAwait(false);
        await CommitAsync().ConfigureAwait(false);
        _session.End();
    }

    /// <summary>Gives the response back to those further out, who may make a page of a 503, or of an exception.</summary>
    public void Release()
    {
        if (_inner is not null)
            _context.Features.Set(_inner);
    }

    private void HoldBack()
    {
        if (_body is not null || _context.Response.HasStarted || _context.Features.Get<IHttpResponseBodyFeature>() is not { } inner)
            return;
        _inner = inner;
        _body = new StreamResponseBodyFeature(new CommittingStream(inner.Stream, BeginAsync), inner);
        _context.Features.Set<IHttpResponseBodyFeature>(_body);
    }

    private async ValueTask<bool> BeginAsync()
    {
        if (!_isRefused && !_context.Response.HasStarted)
            await CommitAsync().ConfigureAwait(false);
        return !_isRefused;
    }

    private async Task CommitAsync()
    {
        // Who commits himself was told when it failed, and answers as he likes.
        if (!_session.IsChanged || _session.HasToldOfFailure || _isRefused)
            return;
        try
        {
            await _session.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (NodeException failure) when (CanRefuse(failure))
        {
            Refuse(failure);
        }
        catch (NodeException failure) when (_context.Response.HasStarted)
        {
            _session.End();
            _log.Lost(_context, failure);
        }
    }
}
