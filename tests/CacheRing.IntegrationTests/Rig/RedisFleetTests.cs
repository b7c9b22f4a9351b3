using CacheRing.Testing;

namespace CacheRing.IntegrationTests.RigTests;

public class RedisFleetTests
{
    [Test]
    public async Task A_fleet_is_several_servers_that_know_nothing_of_each_other()
    {
        await using var fleet = await RedisFleet.StartAsync(3);
        await fleet[0].ExecuteAsync("SET", "key", "value");

        Assert.That(fleet.Endpoints, Is.Unique.And.EqualTo(fleet.Select(server => server.Endpoint)));
        Assert.That(await fleet[0].ExecuteAsync("DBSIZE"), Is.EqualTo("1"));
        Assert.That(await fleet[1].ExecuteAsync("DBSIZE"), Is.EqualTo("0"));
        Assert.That(await fleet[2].ExecuteAsync("DBSIZE"), Is.EqualTo("0"));
    }

    [Test]
    public async Task A_fleet_is_disposed_of_as_a_whole()
    {
        var fleet = await RedisFleet.StartAsync(3);

        await fleet.DisposeAsync();

        Assert.That(fleet.Select(server => server.IsRunning), Is.All.False);
    }

    [Test]
    public void A_fleet_that_does_not_start_says_why() =>
        Assert.That(
            () => RedisFleet.StartAsync(2, new() { ExtraArguments = ["--no-such-option", "1"] }),
            Throws.InvalidOperationException.With.Message.Contains("no-such-option"));
}
