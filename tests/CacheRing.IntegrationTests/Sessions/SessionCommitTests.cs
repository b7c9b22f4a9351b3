using System.Net;
using CacheRing.IntegrationTests.Contract;
using CacheRing.Testing;
using Microsoft.Extensions.Logging;

namespace CacheRing.IntegrationTests.Sessions;

/// <summary>What becomes of a session, and of the response, when its node stops between the load and the commit.</summary>
[TestFixture]
internal sealed class SessionCommitTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private BreakableRedis _servers = null!;
    private SessionApp _app = null!;
    private Visitor _visitor = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _servers = (BreakableRedis)await BreakableRedis.StartAsync();
        _app = await SessionApp.StartAsync(_servers, static options => options.Failover.OperationTimeout = TimeSpan.FromMilliseconds(250));
        await UntilHealthyAsync();
        _visitor = _app.Visit();
        await _visitor.AddAsync(1);
        await _visitor.AddAsync(2);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _visitor.Dispose();
        await _app.DisposeAsync();
        await _servers.DisposeAsync();
    }

    [Test]
    public async Task A_commit_that_fails_is_answered_503_without_a_body_and_the_session_is_as_it_was_before()
    {
        using HttpResponseMessage reply = await WhileStoppedAsync("/held/3");
        Assert.That(reply.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(reply.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(await reply.Content.ReadAsStringAsync(), Is.Empty);
        await ExpectKeptAsync();
        Assert.That(_app.Log.GetSnapshot().Select(static line => line.Id.Id), Does.Contain(60).And.Not.Contain(61));
    }

    [Test]
    public async Task A_change_that_comes_after_the_response_has_begun_and_is_not_stored_is_an_error_in_the_log()
    {
        using HttpResponseMessage reply = await WhileStoppedAsync("/late/3");
        Assert.That((reply.StatusCode, await reply.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.OK, "begun 1,2,3")));
        await ExpectKeptAsync();
        Assert.That(_app.Log.GetSnapshot().Single(static line => line.Id.Id == 61).Level, Is.EqualTo(LogLevel.Error));
    }

    [Test]
    public async Task An_endpoint_that_commits_by_itself_is_told_and_answers_as_it_likes()
    {
        using HttpResponseMessage reply = await WhileStoppedAsync("/own/3");
        Assert.That((reply.StatusCode, await reply.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.OK, "not stored")));
        await ExpectKeptAsync();
        Assert.That(_app.Log.GetSnapshot().Select(static line => line.Id.Id), Does.Not.Contain(60).And.Not.Contain(61));
    }

    [Test]
    public async Task A_change_without_a_body_is_stored_too()
    {
        Assert.That(await _visitor.SendAsync(HttpMethod.Post, "/silent/3"), Is.EqualTo((HttpStatusCode.NoContent, "")));
        Assert.That(await _visitor.SendAsync(HttpMethod.Get, "/numbers"), Is.EqualTo((HttpStatusCode.OK, "1,2,3")));
    }

    [Test]
    public async Task What_was_cleared_does_not_come_back_with_an_earlier_commit()
    {
        await _visitor.SendAsync(HttpMethod.Delete, "/numbers");
        Assert.That(await _visitor.SendAsync(HttpMethod.Get, "/numbers"), Is.EqualTo((HttpStatusCode.OK, "")));

        // Whichever of the two places is lost next.
        using HttpResponseMessage reply = await WhileStoppedAsync("/held/3");
        Assert.That(reply.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        await UntilHealthyAsync();
        Assert.That(await _visitor.SendAsync(HttpMethod.Get, "/numbers"), Is.EqualTo((HttpStatusCode.OK, "")).Or.EqualTo((HttpStatusCode.OK, "3")));
    }

    [Test]
    public async Task No_line_of_the_log_above_Debug_names_a_session()
    {
        using HttpResponseMessage reply = await WhileStoppedAsync("/held/3");
        await ExpectKeptAsync();
        string[] keys = [.. _app.Log.GetSnapshot().Where(static line => line.Category == "CacheRing").Select(static line => line.Message)];
        Assert.That(keys, Is.Not.Empty);
        Assert.That(keys, Has.None.Match("[0-9a-f]{8}-[0-9a-f]{4}-"));
    }

    private async Task<HttpResponseMessage> WhileStoppedAsync(string path)
    {
        Task<HttpResponseMessage> request = _visitor.ReplyAsync(HttpMethod.Post, path);
        await _app.HeldAsync();
        for (int node = 0; node < 3; node++)
            _servers.Freeze(node);
        _app.LetGo();
        HttpResponseMessage reply = await request;
        for (int node = 0; node < 3; node++)
            _servers.Thaw(node);
        return reply;
    }

    // The cache removes what it has written without an answer, so that what was stored before must be elsewhere.
    private async Task ExpectKeptAsync()
    {
        await UntilHealthyAsync();
        Assert.That(await _visitor.SendAsync(HttpMethod.Get, "/numbers"), Is.EqualTo((HttpStatusCode.OK, "1,2")));
        Assert.That(await _visitor.AddAsync(4), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await _visitor.SendAsync(HttpMethod.Get, "/numbers"), Is.EqualTo((HttpStatusCode.OK, "1,2,4")));
    }

    private Task UntilHealthyAsync() => Poll.UntilAsync(
        () => _app.Cache.GetNodes().All(static node => node is { Health: NodeHealth.Healthy, QueuedKeys: 0 }), "the nodes to serve and to have nothing queued", Soon);
}
