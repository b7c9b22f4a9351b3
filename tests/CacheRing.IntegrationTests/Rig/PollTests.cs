using CacheRing.Testing;

namespace CacheRing.IntegrationTests.RigTests;

public class PollTests
{
    [Test]
    public async Task A_wait_ends_when_its_condition_holds()
    {
        var asked = 0;

        await Poll.UntilAsync(() => ++asked == 3, "the third question");

        Assert.That(asked, Is.EqualTo(3));
    }

    [Test]
    public void A_wait_in_vain_names_what_it_waited_for() =>
        Assert.That(
            () => Poll.UntilAsync(() => false, "the moon to fall", TimeSpan.FromMilliseconds(50)),
            Throws.TypeOf<TimeoutException>().With.Message.Contains("the moon to fall"));

    [Test]
    public void A_condition_that_hangs_does_not_outlive_the_deadline() =>
        Assert.That(
            () => Poll.UntilAsync(() => new TaskCompletionSource<bool>().Task, "an answer", TimeSpan.FromMilliseconds(50)),
            Throws.TypeOf<TimeoutException>().With.Message.Contains("an answer"));

    [Test]
    public void What_a_condition_throws_is_not_hidden() =>
        Assert.That(
            () => Poll.UntilAsync(() => Task.FromException<bool>(new IOException("broken")), "anything"),
            Throws.TypeOf<IOException>());
}
