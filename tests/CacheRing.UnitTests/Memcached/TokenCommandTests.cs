using System.Text;
using CacheRing.Entries;
using CacheRing.Memcached;
using CacheRing.Nodes;

namespace CacheRing.UnitTests.Memcached;

/// <summary>What is sent of the commands that ask for a token, and what is made of the answers, right and wrong.</summary>
[TestFixture]
internal sealed class TokenCommandTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly MemcachedContext _context = Contexts.Of(new Contexts.Client());
    private string[] _sent = [];

    [Test]
    public async Task A_read_that_means_to_load_asks_for_others_first_and_for_the_lease_without_touching_it()
    {
        List<string> given = [];
        ReadForLoadCommand command = new(_context, "k", ["a", "b"], Lease, new Reader(given));
        await SendAsync(command, lines: 3, static marks => $"VA 1 {marks[0]}\r\nx\r\nEN\r\nVA 0 c7 t-1 {marks[2]} W\r\n\r\n");
        Assert.That(await command.Task, Is.EqualTo(new TokenRead(TokenState.Won, 7)));
        Assert.That(given, Is.EqualTo(["0 x"]));
        Assert.That(_sent.Select(static line => line[..line.LastIndexOf(' ')]), Is.EqualTo(["mg a v", "mg b v", "mg k v c t N31"]));
    }

    [TestCase("VA 0 c18446744073709551615 t12 {0} Z\r\n\r\n", TokenState.Held, 18446744073709551615, 12)]
    [TestCase("VA 0 c8 t12 {0}\r\n\r\n", TokenState.Held, 8UL, 12)]
    [TestCase("VA 0 c8 t-1 {0}\r\n\r\n", TokenState.Held, 8UL, null)]
    [TestCase("VA 1 c8 t12 {0} X Z\r\nx\r\n", TokenState.Held, 8UL, 12)]
    [TestCase("VA 1 c8 t12 {0} X W\r\nx\r\n", TokenState.Won, 8UL, null)]
    [TestCase("VA 1 c8 t12 {0}\r\nx\r\n", TokenState.Value, 8UL, null)]
    [TestCase("EN\r\n", TokenState.Absent, 0UL, null)]
    public async Task An_answer_says_what_is_there(string answer, object state, ulong token, int? left)
    {
        List<string> given = [];
        ReadForLoadCommand command = new(_context, "k", [], Lease, new Reader(given));
        await SendAsync(command, lines: 1, marks => answer.Replace("{0}", marks[0], StringComparison.Ordinal));
        Assert.That(await command.Task, Is.EqualTo(new TokenRead((TokenState)state, token, left is { } seconds ? TimeSpan.FromSeconds(seconds) : null)));
        Assert.That(given, Is.EqualTo((TokenState)state == TokenState.Value ? ["0 x"] : Array.Empty<string>()));
    }

    [Test]
    public async Task An_error_instead_of_one_of_several_answers_fails_the_read_and_keeps_in_step()
    {
        List<string> given = [];
        ReadForLoadCommand command = new(_context, "k", ["a"], Lease, new Reader(given));
        Task sent = SendAsync(command, lines: 2, static marks => $"SERVER_ERROR out of memory reading\r\nVA 1 c7 t-1 {marks[1]}\r\nx\r\n");
        Assert.That((await Assert.ThrowsAsync<NodeException>(() => command.Task))!.Kind, Is.EqualTo(NodeFailureKind.OutOfMemory));
        Assert.That(given, Is.Empty);
        await sent;
    }

    [TestCase("VA 1 t12 {0}\r\nx\r\n")]
    [TestCase("VA 1 cx t12 {0}\r\nx\r\n")]
    [TestCase("VA 1 c t12 {0}\r\nx\r\n")]
    public async Task An_item_without_its_number_is_no_answer(string answer)
    {
        ReadForLoadCommand command = new(_context, "k", [], Lease, new Reader([]));
        await SendAsync(command, lines: 1, marks => answer.Replace("{0}", marks[0], StringComparison.Ordinal));
        NodeException error = (await Assert.ThrowsAsync<NodeException>(() => command.Task))!;
        Assert.That(error.Kind, Is.EqualTo(NodeFailureKind.ServerError));
        Assert.That(error.Message, Does.Contain("without its version"));
    }

    [Test]
    public async Task A_lease_is_an_empty_item_in_the_place_of_the_one_with_the_token()
    {
        LeaseCommand command = new(_context, "k", 7, Lease);
        await SendAsync(command, lines: 2, static marks => $"HD c9 {marks[0]}\r\n");
        Assert.That(await command.Task, Is.EqualTo(9UL));
        Assert.That(_sent[0], Does.StartWith("ms k 0 C7 T31 c O"));
        Assert.That(_sent[1], Is.Empty);
    }

    [TestCase("EX c0 {0}\r\n")]
    [TestCase("NF c0 {0}\r\n")]
    [TestCase("NS {0}\r\n")]
    public async Task What_is_refused_was_not_done(string answer)
    {
        LeaseCommand lease = new(_context, "k", 7, Lease);
        await SendAsync(lease, lines: 2, Answer);
        Assert.That(await lease.Task, Is.Zero);
        PooledEntry entry = new(1);
        entry.Span[0] = (byte)'x';
        FillCommand fill = new(_context, "k", 7, entry, null);
        await SendAsync(fill, lines: 2, Answer);
        Assert.That(await fill.Task, Is.False);
        Assert.That(_sent[0], Does.StartWith("ms k 1 C7 T0 O"));

        string Answer(string[] marks) => answer.Replace("{0}", marks[0], StringComparison.Ordinal);
    }

    [Test]
    public async Task A_lease_without_its_number_is_no_answer()
    {
        LeaseCommand command = new(_context, "k", 7, Lease);
        await SendAsync(command, lines: 2, static marks => $"HD {marks[0]}\r\n");
        Assert.That((await Assert.ThrowsAsync<NodeException>(() => command.Task))!.Message, Does.Contain("without its version"));
    }

    [TestCase("HD {0}\r\n", true)]
    [TestCase("EX {0}\r\n", false)]
    [TestCase("NF {0}\r\n", false)]
    public async Task What_is_given_up_is_removed_if_it_has_the_token(string answer, bool done)
    {
        GiveUpCommand command = new(_context, "k", 7);
        await SendAsync(command, lines: 1, marks => answer.Replace("{0}", marks[0], StringComparison.Ordinal));
        Assert.That(await command.Task, Is.EqualTo(done));
        Assert.That(_sent[0], Does.StartWith("md k C7 O"));
    }

    /// <summary>Sends it, and answers to the marks of its lines; ends with the connection, which ends when all is answered.</summary>
    private async Task SendAsync(MemcachedCommand command, int lines, Func<string[], string> answer)
    {
        using MemcachedClock clock = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        ScriptedStream stream = new(
            seed: 1,
            lines,
            sent =>
            {
                _sent = sent;
                return Encoding.Latin1.GetBytes(answer(Array.ConvertAll(sent, static line => line.Split(' ')[^1])));
            });
        MemcachedConnection connection = new(stream, clock, _context.Faults, Contexts.Timings);
        connection.Start();
        connection.Send(command);
        Exception end = await connection.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(end, Is.InstanceOf<NodeException>().With.Property(nameof(NodeException.Kind)).EqualTo(NodeFailureKind.Unreachable), "no surprise");
    }

    private sealed class Reader(List<string> given) : IStoredReader
    {
        public void Read(int index, ReadOnlySpan<byte> stored) => given.Add($"{index} {Encoding.Latin1.GetString(stored)}");
    }
}
