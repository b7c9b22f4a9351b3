using System.Globalization;
using System.Text;
using CacheRing.Memcached;
using CacheRing.Nodes;

namespace CacheRing.UnitTests.Memcached;

/// <summary>What is sent for many keys, and what is made of the answers: each value is that of the key that it is given out under.</summary>
[TestFixture]
internal sealed class GetManyCommandTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly MemcachedContext _context = Contexts.Of(new Contexts.Client());
    private readonly List<string> _given = [];

    [SetUp]
    public void Forget() => _given.Clear();

    [Test]
    public async Task Keys_of_ASCII_go_in_one_line_and_others_with_marks_behind_them_in_their_order()
    {
        await using LineServer server = new(static line => line switch
        {
            "get a b" => "VALUE b 0 1\r\nB\r\nEND\r\n",
            "get c" => "VALUE c 0 1\r\nC\r\nEND\r\n",
            "mn" => "MN\r\n",
            _ when line.StartsWith("mg w7Y= b", StringComparison.Ordinal) => $"VA 1 {LineServer.MarkOf(line)}\r\nO\r\n",
            _ => null,
        });
        await ReadAsync(server, ["a", "b", "ä", "ö", "c"]);
        Assert.That(_given, Is.EqualTo(["1 B", "3 O", "4 C"]));
        Assert.That(server.Heard.Select(static line => line.Split(" O")[0]), Is.EqualTo(["get a b", "mg w6Q= b v q", "mg w7Y= b v q", "mn", "get c"]));
    }

    [Test]
    public async Task A_long_list_is_several_lines()
    {
        string[] keys = [.. Enumerable.Range(0, 1000).Select(static i => string.Create(CultureInfo.InvariantCulture, $"key-{i}"))];
        await using LineServer server = new(static line => string.Concat(line.Split(' ')[1..].Select(static key => $"VALUE {key} 0 {key.Length}\r\n{key}\r\n")) + "END\r\n");
        await ReadAsync(server, keys);
        Assert.That(_given, Is.EqualTo(keys.Select(static (key, i) => $"{i} {key}")));
        Assert.That(server.Heard.Select(static line => line.Length), Has.All.InRange(100, 2004));
        Assert.That(server.Heard, Has.Length.EqualTo(4));
    }

    [TestCase("VALUE x 0 1\r\nX\r\nEND\r\n", TestName = "A key that nobody asked for")]
    [TestCase("VALUE b 0 1\r\nB\r\nVALUE a 0 1\r\nA\r\nEND\r\n", TestName = "Keys in another order")]
    [TestCase("VALUE a 0 1\r\nA\r\nVALUE a 0 1\r\nA\r\nEND\r\n", TestName = "A key twice")]
    [TestCase("VALUE aa 0 1\r\nA\r\nEND\r\n", TestName = "A longer key")]
    [TestCase("VA 1 O00000\r\nA\r\n", TestName = "A value with a mark")]
    [TestCase("MN\r\n", TestName = "The end of something else")]
    [TestCase("HD\r\n", TestName = "Another answer")]
    public async Task What_was_not_asked_for_ends_the_connection_and_nothing_is_given_out(string answer)
    {
        await using LineServer server = new(_ => answer);
        NodeException error = (await Assert.ThrowsAsync<NodeException>(() => ReadAsync(server, ["a", "b"])))!;
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.ServerError));
        Assert.That(error.Message, Does.Contain("does not keep to the protocol"));
        Assert.That(_given, Is.Empty);
    }

    [Test]
    public async Task An_error_in_the_place_of_an_end_fails_the_call_and_keeps_in_step()
    {
        await using LineServer server = new(static line =>
            line.StartsWith("get", StringComparison.Ordinal) ? "VALUE a 0 1\r\nA\r\nSERVER_ERROR out of memory writing get response\r\n" : "MN\r\n");
        NodeException error = (await Assert.ThrowsAsync<NodeException>(() => ReadAsync(server, ["a", "b"])))!;
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.OutOfMemory));
        Assert.That(_given, Is.Empty);
    }

    /// <summary>Reads, and then asks for an answer on the same connection, unless that has ended.</summary>
    private async Task ReadAsync(Stream server, string[] keys)
    {
        using MemcachedClock clock = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        MemcachedConnection connection = new(server, clock, _context.Faults, Contexts.Timings);
        connection.Start();
        GetManyCommand command = new(_context, keys, new Reader(_given));
        connection.Send(command);
        try
        {
            await command.Task.WaitAsync(Deadline);
        }
        catch (NodeException error) when (error.Kind == NodeFailureKind.OutOfMemory)
        {
            NoOperationCommand behind = new(_context.Faults);
            connection.Send(behind);
            await behind.Task.WaitAsync(Deadline);
            throw;
        }
        finally
        {
            connection.Close(_context.Faults.Timeout());
            await connection.Ended.WaitAsync(Deadline);
        }
    }

    private sealed class Reader(List<string> given) : IStoredReader
    {
        public void Read(int index, ReadOnlySpan<byte> stored) =>
            given.Add(string.Create(CultureInfo.InvariantCulture, $"{index} {Encoding.Latin1.GetString(stored)}"));
    }
}
