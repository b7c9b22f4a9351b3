using System.Diagnostics;
using System.Text;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Memcached;

/// <summary>
/// Whatever a server sends that cannot be an answer ends the connection and fails the call, with a clear error; the next
/// connection is asked anew. No call is ever given another's value.
/// </summary>
[TestFixture]
public sealed class SurpriseTests
{
    private static readonly Dictionary<string, Func<string, string, string>> Surprises = new()
    {
        ["unknown header"] = static (_, mark) => $"WHAT 3 O{mark}\r\nabc\r\n",
        ["another protocol"] = static (_, _) => "$3\r\nabc\r\n",
        ["length too short"] = static (key, mark) => SurprisingServer.Value(key, mark, key.Length - 1),
        ["length too long"] = static (key, mark) => SurprisingServer.Value(key, mark, key.Length + 1) + "EN\r\n",
        ["length negative"] = static (key, mark) => SurprisingServer.Value(key, mark, -1),
        ["length absurd"] = static (key, mark) => $"VA 99999999999999999999 O{mark}\r\n",
        ["no length"] = static (_, mark) => $"VA O{mark}\r\n",
        ["line without CR"] = static (_, mark) => $"EN O{mark}\n",
        ["endless line"] = static (_, _) => new string('x', 10_000),
        ["another command's answer"] = static (_, _) => SurprisingServer.Entry("k2", "zzzz"),
        ["an answer without a mark"] = static (_, _) => "VA 2\r\nk2\r\n",
        ["an answer that does not fit"] = static (_, mark) => $"NF O{mark}\r\n",
        ["junk behind the answer"] = static (_, mark) => $"EN O{mark}\r\njunk\r\n",
        ["two answers"] = static (key, mark) => SurprisingServer.Entry(key, mark) + SurprisingServer.Entry(key, mark),
        ["client error"] = static (_, _) => "CLIENT_ERROR bad command line format\r\n",
        ["error"] = static (_, _) => "ERROR\r\n",
        ["closed"] = static (_, _) => "",
    };

    [TestCaseSource(nameof(Names))]
    public async Task A_surprise_ends_the_connection_and_never_gives_a_wrong_value(string name)
    {
        await using SurprisingServer server = new(Surprises[name]);
        await using CacheUnderTest app = CacheUnderTest.Over([server.Endpoint], static options =>
        {
            options.EntryFormat = EntryFormat.Raw;
            options.Failover.OnReadFailure = ReadFailureBehavior.Throw;

            // The first answer is the one to be judged.
            options.Failover.Retries = 0;
        });

        try
        {
            // Junk behind a right answer may be seen with it or after it.
            byte[]? first = await app.Cache.GetAsync("k1");
            Assert.That(first is null || Encoding.ASCII.GetString(first) == "k1", Is.True, "never another's value");
        }
        catch (NodeException error)
        {
            Assert.That(error.Kind, Is.EqualTo(name == "closed" ? NodeFailureKind.Unreachable : NodeFailureKind.ServerError));
            Assert.That(error.Message, Does.Contain("'node-0'"));
            Assert.That(error.ToString(), Does.Not.Contain("junk").And.Not.Contain("xxxx"));
        }

        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    return await app.Cache.GetAsync("k3") is { } value && Encoding.ASCII.GetString(value) == "k3";
                }
                catch (NodeException)
                {
                    return false;
                }
            },
            "another connection to be used");
        Assert.That(server.Connections, Is.GreaterThanOrEqualTo(2));
        if (name != "closed")
            await Poll.UntilAsync(() => server.ClosedByClient >= 1, "the first connection to be closed");
    }

    [Test]
    public async Task A_silent_connection_is_given_up_though_nobody_has_closed_it()
    {
        await using SurprisingServer server = new(static (_, _) => null);
        await using CacheUnderTest app = CacheUnderTest.Over([server.Endpoint], static options => options.EntryFormat = EntryFormat.Raw);
        Stopwatch watch = Stopwatch.StartNew();
        Assert.That(await app.Cache.GetAsync("k1"), Is.Null);
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(3)), "the deadline of the command");
        await Poll.UntilAsync(async () => await app.Cache.GetAsync("k2") is not null, "another connection to be used");
        await Poll.UntilAsync(() => server.ClosedByClient == 1, "the silent connection to be closed");
        Assert.That(server.Connections, Is.EqualTo(2));
    }

    [Test]
    public async Task The_surprise_fails_all_calls_that_wait_on_the_connection()
    {
        await using SurprisingServer server = new(static (key, mark) => key == "k1" ? "WHAT\r\n" : SurprisingServer.Entry(key, mark));
        await using CacheUnderTest app = CacheUnderTest.Over([server.Endpoint], static options => options.EntryFormat = EntryFormat.Raw);
        string[] keys = [.. Enumerable.Range(1, 100).Select(static i => $"k{i}")];
        byte[]?[] values = await Task.WhenAll(keys.Select(key => app.Cache.GetAsync(key)));
        for (int i = 0; i < keys.Length; i++)
            Assert.That(values[i] is null || Encoding.ASCII.GetString(values[i]!) == keys[i], Is.True);
    }

    private static IEnumerable<string> Names => Surprises.Keys;
}
