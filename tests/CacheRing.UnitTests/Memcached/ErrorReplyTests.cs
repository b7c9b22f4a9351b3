using CacheRing.Memcached;

namespace CacheRing.UnitTests.Memcached;

/// <summary>SERVER_ERROR is an answer: it fails the command that it answers, and no other.</summary>
[TestFixture]
internal sealed class ErrorReplyTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly MemcachedContext _context = Contexts.Of(new Contexts.Client());

    [TestCase("SERVER_ERROR out of memory\r\n", "", NodeFailureKind.OutOfMemory)]
    [TestCase("SERVER_ERROR\r\n", "", NodeFailureKind.ServerError)]
    [TestCase("SERVER_ERROR backend down\r\n", "STAT pid 1\r\n", NodeFailureKind.ServerError)]
    public async Task An_error_fails_its_own_command_and_leaves_the_connection_in_step(string error, string list, NodeFailureKind kind)
    {
        using MemcachedClock clock = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        await using LineServer server = new(line => line switch
        {
            "mn" => error,
            "stats" => list + error,
            _ when line.StartsWith("version", StringComparison.Ordinal) => error,
            _ => $"VA 1 {LineServer.MarkOf(line)}\r\nx\r\n",
        });
        MemcachedConnection connection = new(server, clock, _context.Faults, Contexts.Timings);
        connection.Start();
        NoOperationCommand nothing = new(_context.Faults);
        StatisticsCommand statistics = new(_context.Faults);
        VersionCommand version = new(_context.Faults);
        GetCommand get = new(_context, "k");
        foreach (MemcachedCommand command in (MemcachedCommand[])[nothing, statistics, version, get])
            connection.Send(command);

        foreach (Task call in (Task[])[nothing.Task, statistics.Task, version.Task])
            Assert.That((await Assert.ThrowsAsync<NodeException>(() => call.WaitAsync(Deadline)))!.Kind, Is.EqualTo(kind));
        Assert.That(await get.Task.WaitAsync(Deadline), Is.EqualTo("x"u8.ToArray()));
        Assert.That(connection.Ended.IsCompleted, Is.False);
        connection.Close(_context.Faults.Timeout());
        await connection.Ended.WaitAsync(Deadline);
    }

    [TestCase("ERROR\r\n", NodeFailureKind.ServerError)]
    [TestCase("CLIENT_ERROR unauthenticated\r\n", NodeFailureKind.AccessDenied)]
    public async Task A_server_that_does_not_understand_ends_the_connection(string error, NodeFailureKind kind)
    {
        using MemcachedClock clock = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        await using LineServer server = new(_ => error);
        MemcachedConnection connection = new(server, clock, _context.Faults, Contexts.Timings);
        connection.Start();
        NoOperationCommand nothing = new(_context.Faults);
        connection.Send(nothing);
        Assert.That((await Assert.ThrowsAsync<NodeException>(() => nothing.Task.WaitAsync(Deadline)))!.Kind, Is.EqualTo(kind));
        await connection.Ended.WaitAsync(Deadline);
    }
}
