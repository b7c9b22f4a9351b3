using System.Net;
using CacheRing.IntegrationTests.Contract;
using CacheRing.Testing;
using Microsoft.Extensions.Logging.Testing;

namespace CacheRing.IntegrationTests.Sessions;

/// <summary>Sessions outlive what their nodes go through, and nobody is handed an empty one meanwhile.</summary>
internal abstract class SessionOutageContractTests
{
    private const int Users = 30;
    protected static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly Func<Task<IBreakableServers>> _start;

    protected SessionOutageContractTests(Func<Task<IBreakableServers>> start) => _start = start;

    protected IBreakableServers Servers { get; private set; } = null!;

    [SetUp]
    public async Task StartAsync() => Servers = await _start();

    [TearDown]
    public async Task StopAsync()
    {
        // It is not there where the servers cannot be started and the test is skipped.
        if (Servers is not null)
            await Servers.DisposeAsync();
    }

    [Test]
    public async Task When_all_servers_stop_for_a_second_under_thirty_users_every_session_survives_and_nobody_is_handed_an_empty_one()
    {
        await using SessionApp app = await SessionApp.StartAsync(Servers);
        await UnderLoadAsync(app, PauseAsync);
    }

    [Test]
    public async Task Sessions_of_a_node_that_was_killed_are_answered_503_at_once_and_the_others_go_on()
    {
        await using SessionApp app = await SessionApp.StartAsync(Servers);
        Visitor[] visitors = await FillAsync(app);
        await Servers.KillAsync(0);
        await Poll.UntilAsync(() => app.Cache.GetNodes()[0].Health is NodeHealth.Ejected or NodeHealth.Probing, "the node to be out", Soon);

        HttpResponseMessage[] replies = await Task.WhenAll(visitors.Select(static visitor => visitor.ReplyAsync(HttpMethod.Get, "/numbers")));
        HttpResponseMessage[] refused = [.. replies.Where(static reply => reply.StatusCode == HttpStatusCode.ServiceUnavailable)];
        HttpResponseMessage[] served = [.. replies.Except(refused)];
        Assert.That(refused, Is.Not.Empty);
        Assert.That(served, Is.Not.Empty);
        Assert.That(refused.Select(static reply => reply.Headers.RetryAfter?.Delta), Is.All.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(refused.Select(static reply => reply.Headers.CacheControl?.NoStore), Is.All.True);
        foreach (HttpResponseMessage reply in served)
            Assert.That((reply.StatusCode, await reply.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.OK, "1,2")));

        FakeLogRecord line = app.Log.GetSnapshot().Single(static line => line.Id.Id == 60);
        Assert.That(line.Message, Does.Contain("node 'node-0'").And.Contain("503"));
        foreach (Visitor visitor in visitors)
            visitor.Dispose();
    }

    [Test]
    public async Task Without_a_session_cookie_nothing_is_asked_of_the_nodes_though_all_are_dead()
    {
        await using SessionApp app = await SessionApp.StartAsync(Servers);
        for (int node = 0; node < 3; node++)
            await Servers.KillAsync(node);
        using Visitor visitor = app.Visit();
        Assert.That(await visitor.SendAsync(HttpMethod.Get, "/nothing"), Is.EqualTo((HttpStatusCode.OK, "nothing")));
        Assert.That(await visitor.SendAsync(HttpMethod.Get, "/numbers"), Is.EqualTo((HttpStatusCode.OK, "")));
        Assert.That(await visitor.AddAsync(1), Is.EqualTo(HttpStatusCode.ServiceUnavailable), "it would have to be stored");
        Assert.That(visitor.Complaints, Is.Empty);
    }

    [Test]
    public async Task A_session_is_prolonged_by_reading_it_and_seen_by_every_web_server()
    {
        await using SessionApp one = await SessionApp.StartAsync(Servers);
        await using SessionApp two = await SessionApp.StartAsync(Servers);
        using Visitor visitor = one.Visit();
        using Visitor same = new(two.Address);
        await visitor.AddAsync(1);
        await visitor.AddAsync(2);
        foreach (Cookie cookie in visitor.Cookies.GetAllCookies())
            same.Cookies.Add(cookie);
        same.Acknowledged.AddRange(visitor.Acknowledged);
        Assert.That(await same.AddAsync(3), Is.EqualTo(HttpStatusCode.OK));
        visitor.Acknowledged.Add(3);
        Assert.That(await visitor.AddAsync(4), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(visitor.Complaints.Concat(same.Complaints), Is.Empty);
    }

    /// <summary>All servers stand still for a second.</summary>
    protected async Task PauseAsync()
    {
        for (int node = 0; node < 3; node++)
            Servers.Freeze(node);
        await Task.Delay(TimeSpan.FromSeconds(1));
        for (int node = 0; node < 3; node++)
            Servers.Thaw(node);
    }

    /// <summary>Does something to the servers while thirty users fill their sessions, and looks at each of their answers.</summary>
    protected static async Task UnderLoadAsync(SessionApp app, Func<Task> fault)
    {
        Visitor[] visitors = await FillAsync(app);
        using CancellationTokenSource end = new();
        Task[] loads = [.. visitors.Select(visitor => LoadAsync(visitor, end.Token))];
        await Poll.UntilAsync(() => visitors.All(static visitor => visitor.Acknowledged.Count > 4), "all of them to be under way", Soon);

        await fault();

        int[] before = [.. visitors.Select(static visitor => visitor.Acknowledged.Count)];
        await Poll.UntilAsync(
            () => visitors.Zip(before).All(static pair => pair.First.Acknowledged.Count > pair.Second + 2) || visitors.Any(static visitor => visitor.Complaints.Count > 0),
            "all of them to be served again",
            Soon);
        await end.CancelAsync();
        await Task.WhenAll(loads);

        HttpStatusCode[] last = await Task.WhenAll(visitors.Select(static visitor => visitor.ReadAsync()));
        await TestContext.Out.WriteLineAsync($"{visitors.Sum(static visitor => visitor.Acknowledged.Count)} requests were acknowledged, {visitors.Sum(static visitor => visitor.Refusals)} answered 503.");
        Assert.That(visitors.Count(static visitor => visitor.Complaints.Count > 0), Is.Zero, string.Join('\n', visitors.SelectMany(static visitor => visitor.Complaints.Take(1))));
        Assert.That(last, Is.All.EqualTo(HttpStatusCode.OK));
        foreach (Visitor visitor in visitors)
            visitor.Dispose();
    }

    private static async Task<Visitor[]> FillAsync(SessionApp app)
    {
        await Poll.UntilAsync(() => app.Cache.GetNodes().All(static node => node.Health == NodeHealth.Healthy), "the nodes to serve", Soon);
        Visitor[] visitors = [.. Enumerable.Range(0, Users).Select(_ => app.Visit())];
        foreach (int number in (int[])[1, 2])
            Assert.That(await Task.WhenAll(visitors.Select(visitor => visitor.AddAsync(number))), Is.All.EqualTo(HttpStatusCode.OK));
        return visitors;
    }

    // Every other request only reads.
    private static async Task LoadAsync(Visitor visitor, CancellationToken end)
    {
        for (int number = 3; !end.IsCancellationRequested; number++)
        {
            await visitor.AddAsync(number);
            await visitor.ReadAsync();
        }
    }

    [Test]
    public async Task They_survive_it_also_where_the_pause_ends_the_commits_that_are_under_way()
    {
        await using SessionApp app = await SessionApp.StartAsync(Servers, static options => options.Failover.OperationTimeout = TimeSpan.FromMilliseconds(200));
        await UnderLoadAsync(app, PauseAsync);
    }
}

/// <summary>Over redis-server processes.</summary>
[TestFixture]
internal sealed class RedisSessionOutageTests() : SessionOutageContractTests(BreakableRedis.StartAsync)
{
    [Test]
    public async Task Connections_that_are_cut_again_and_again_cost_no_session()
    {
        await using RedisFleet servers = await RedisFleet.StartAsync(3);
        await using SessionApp app = await SessionApp.StartAsync(servers.Endpoints);
        await UnderLoadAsync(app, async () =>
        {
            for (int cut = 0; cut < 10; cut++)
            {
                await Task.WhenAll(servers.Select(static server => server.ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")));
                await Poll.UntilAsync(() => app.Cache.GetNodes().All(static node => node.Health == NodeHealth.Healthy), "the nodes to serve again", Soon);
            }
        });
    }
}

/// <summary>Over memcached processes.</summary>
[TestFixture]
internal sealed class MemcachedSessionOutageTests() : SessionOutageContractTests(BreakableMemcached.StartAsync)
{
    [Test]
    public async Task A_session_that_is_too_large_is_an_error_of_the_app_and_the_one_before_is_kept()
    {
        await using SessionApp app = await SessionApp.StartAsync(Servers);
        using Visitor visitor = app.Visit();
        await visitor.AddAsync(1);
        Assert.That((await visitor.SendAsync(HttpMethod.Post, "/large/9000")).Status, Is.EqualTo(HttpStatusCode.InternalServerError), "another attempt would not help");
        Assert.That(await visitor.SendAsync(HttpMethod.Get, "/numbers"), Is.EqualTo((HttpStatusCode.OK, "1")));
    }
}
