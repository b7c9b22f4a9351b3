using CacheRing.Failover;
using CsCheck;

namespace CacheRing.UnitTests.Failover;

/// <summary>Times between attempts.</summary>
[TestFixture]
internal sealed class BackoffTests
{
    [Test]
    public void It_doubles_up_to_the_cap_and_is_jittered_by_a_quarter() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Int[1, 10_000], Gen.Int[1, 100]).Sample((attempts, shortest, factor) =>
        {
            double longest = shortest * (double)factor;
            double right = Math.Min(longest, shortest * Math.Pow(2, Math.Min(attempts, 30)));
            double pause = Backoff.After(attempts, TimeSpan.FromMilliseconds(shortest), TimeSpan.FromMilliseconds(longest)).TotalMilliseconds;
            Assert.That(pause, Is.InRange((0.75 * right) - 0.001, (1.25 * right) + 0.001));
        });

    [Test]
    public void Clients_do_not_act_in_step()
    {
        TimeSpan[] pauses = [.. Enumerable.Range(0, 1000).Select(static _ => Backoff.After(10, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)))];
        Assert.That(pauses.Select(static pause => (int)pause.TotalMilliseconds / 50).Distinct().Count(), Is.GreaterThanOrEqualTo(9), "spread over half a second");
    }
}
