using System.Globalization;
using CacheRing.Testing;
using CacheRing.Testing.Behind;
using Microsoft.Data.Sqlite;

namespace CacheRing.IntegrationTests.Behind;

/// <summary>
/// A process that writes behind, into SQLite and over a real server, is killed again and again. CACHERING_KILLS says how often
/// (8 by default).
/// </summary>
[TestFixture]
internal sealed class KillTests
{
    private const int Keys = 64;
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("CACHERING_KILLS") ?? "8", CultureInfo.InvariantCulture);
    private string _folder = "";

    [SetUp]
    public void Make_a_folder() => _folder = Directory.CreateTempSubdirectory("cachering-behind-").FullName;

    [TearDown]
    public void Remove_it()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task With_a_journal_nothing_that_was_acknowledged_is_lost_however_often_it_is_killed()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        BehindClientSettings settings = Settings(server, withJournal: true);
        using AcknowledgedVersions acknowledged = AcknowledgedVersions.Open(settings.Acknowledged, Keys);
        await KillAsync(settings, acknowledged, Kills);
        await FlushAsync(settings);

        SqliteRows rows = SqliteRows.Read(settings);
        int again = rows.Applied.Count - rows.Applied.DistinctBy(static one => one.Id).Count();
        TestContext.Out.WriteLine($"{Kills} kills, {acknowledged.Count} acknowledged, {rows.Applied.Count} carried out, {again} of them again, {acknowledged.StaleReads} stale reads, {acknowledged.Untold} changes that the node could not be told of.");
        AssertKept(rows, acknowledged);
        rows.AssertInOrder();

        // What a node is still to be told dies with the process; its next writer reads what is there, once.
        Assert.That(acknowledged.StaleReads, Is.LessThanOrEqualTo(acknowledged.Untold));
    }

    [Test]
    public async Task Without_one_what_the_store_does_not_have_is_lost_as_the_documentation_says()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        BehindClientSettings settings = Settings(server, withJournal: false);
        using AcknowledgedVersions acknowledged = AcknowledgedVersions.Open(settings.Acknowledged, Keys);
        await KillAsync(settings, acknowledged, 1);

        SqliteRows rows = SqliteRows.Read(settings);
        Assert.That(Enumerable.Range(0, Keys).Count(key => rows.Versions.GetValueOrDefault(key) < acknowledged.Of(key)), Is.Positive);
    }

    [Test]
    public async Task A_process_that_ends_in_good_order_loses_nothing_either_way([Values] bool withJournal)
    {
        await using RedisServer server = await RedisServer.StartAsync();
        BehindClientSettings settings = Settings(server, withJournal);
        using AcknowledgedVersions acknowledged = AcknowledgedVersions.Open(settings.Acknowledged, Keys);
        await using BehindClientProcess client = await BehindClientProcess.StartAsync(settings);
        await Poll.UntilAsync(() => acknowledged.Count > 200, "some writes");
        await client.EndAsync();
        AssertKept(SqliteRows.Read(settings), acknowledged);
    }

    private static void AssertKept(SqliteRows rows, AcknowledgedVersions acknowledged)
    {
        for (int key = 0; key < Keys; key++)
            Assert.That(rows.Versions.GetValueOrDefault(key), Is.GreaterThanOrEqualTo(acknowledged.Of(key)), $"key {key}");
    }

    private static async Task KillAsync(BehindClientSettings settings, AcknowledgedVersions acknowledged, int times)
    {
        Random random = new(1);
        for (int i = 0; i < times; i++)
        {
            await using BehindClientProcess client = await BehindClientProcess.StartAsync(settings);
            long enough = acknowledged.Count + random.Next(1, 3_000);
            await Poll.UntilAsync(() => acknowledged.Count >= enough, "writes to be acknowledged", TimeSpan.FromSeconds(60));
            await client.KillAsync();
        }
    }

    private static async Task FlushAsync(BehindClientSettings settings)
    {
        await using BehindClientProcess client = await BehindClientProcess.StartAsync(settings);
        await client.FlushAsync();
        await client.EndAsync();
    }

    private BehindClientSettings Settings(RedisServer server, bool withJournal) => new()
    {
        Endpoints = [server.Endpoint],
        Database = Path.Combine(_folder, "rows.db"),
        Journal = withJournal ? Path.Combine(_folder, "journal") : null,
        Acknowledged = Path.Combine(_folder, "acknowledged"),
        Keys = Keys,
        Workers = 16,
    };
}
