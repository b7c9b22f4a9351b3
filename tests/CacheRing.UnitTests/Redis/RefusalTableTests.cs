using CacheRing.Failover;
using CacheRing.Memcached;
using CacheRing.Redis;
using CacheRing.Testing;

namespace CacheRing.UnitTests.Redis;

/// <summary>What a server's refusals mean is in one table, and docs/redis.md repeats it.</summary>
[TestFixture]
internal sealed class RefusalTableTests
{
    [Test]
    public void The_documentation_has_the_table_line_by_line()
    {
        string docs = File.ReadAllText(Path.Combine(Repository.Root, "docs", "redis.md"));
        string[] lines = [.. RedisRefusals.Table.Select(LineOf)];
        TestContext.Out.WriteLine(string.Join('\n', lines));
        Assert.That(docs, Does.Contain(string.Join('\n', lines)));
    }

    [Test]
    public void That_of_Memcached_is_repeated_as_well()
    {
        string docs = File.ReadAllText(Path.Combine(Repository.Root, "docs", "memcached.md"));
        Assert.That(docs, Does.Contain(string.Join('\n', MemcachedWords.Table.Select(static word => $"| `{word.Word}` | `{word.Kind}` | {word.Text} |"))));
    }

    [TestCase("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.", NodeFailureKind.WritesRefused)]
    [TestCase("NOREPLICAS Not enough good replicas to write.", NodeFailureKind.WritesRefused)]
    [TestCase("ERR Protocol error: invalid bulk length", NodeFailureKind.ValueTooLarge)]
    [TestCase("OOM command not allowed when used memory > 'maxmemory'.", NodeFailureKind.OutOfMemory)]
    [TestCase("ERR unknown command 'UNLINK', with args beginning with: 'a'", NodeFailureKind.AccessDenied)]
    [TestCase("NOPERM User app has no permissions to run the 'mget' command", NodeFailureKind.AccessDenied)]
    public void A_refusal_is_known_by_its_word(string text, NodeFailureKind kind) =>
        Assert.That(RedisRefusals.OfText(text, database: 0)!.Kind, Is.EqualTo(kind));

    [TestCase("ERR something else")]
    [TestCase("ERR the value OOM is not a number")]
    [TestCase("misconf in small letters")]
    public void Any_other_text_is_none(string text) => Assert.That(RedisRefusals.OfText(text, database: 0), Is.Null);

    [Test]
    public void A_command_is_named_and_nothing_else_is_repeated()
    {
        RedisRefusal refusal = RedisRefusals.OfText("ERR unknown command 'PSETEX', with args beginning with: 'secret-key' 'secret'", database: 0)!;
        Assert.That(refusal.Text, Does.Contain("PSETEX").And.Not.Contain("secret"));
    }

    private static string LineOf(RedisWord word) => $"| `{word.Word}` | `{word.Kind}` | {WhatBecomesOf(word.Kind)} | {string.Format(null, word.Text, "*the command*", "*n*")} |";

    private static string WhatBecomesOf(NodeFailureKind kind) => FailureClasses.Of(kind) switch
    {
        FailureClass.OfTheEntry => "stays in use",
        FailureClass.OfTheWrites => "stays in use, takes no writes",
        FailureClass.Lasting => "is put out of service",
        FailureClass.OfTheConnection => "is out until it takes a connection",
        _ => "is put out of service after three in a row",
    };
}
