using CacheRing.IntegrationTests.History;
using CacheRing.Testing;
using CacheRing.Testing.Loads;

namespace CacheRing.IntegrationTests.Loads;

/// <summary>The client process itself, before anything is concluded from what it says.</summary>
[TestFixture]
public sealed class LoadClientTests
{
    [Test]
    public async Task It_ends_when_its_input_ends_even_in_the_middle_of_a_load()
    {
        await using LoadScene scene = await LoadScene.StartAsync(Transport.Redis, servers: 1, keys: 1);
        LoadClientProcess client = (await scene.Run.StartAsync(1))[0];
        await client.TellAsync(new CallOrder { Key = 0, LoadMilliseconds = CallOrder.ForEver });
        await Poll.UntilAsync(() => scene.Board.LoadsOf(0) == 1, "the load to begin");

        Assert.That(client.EndAsync, Throws.Nothing);
    }

    [Test]
    public async Task It_says_why_it_cannot_do_what_it_was_told()
    {
        await using LoadScene scene = await LoadScene.StartAsync(Transport.Redis, servers: 1, keys: 1);
        LoadClientProcess client = (await scene.Run.StartAsync(1))[0];

        Assert.That(() => client.AskAsync(new CallOrder { Key = 1 }), Throws.InvalidOperationException.With.Message.Contains("has failed"));
    }
}
