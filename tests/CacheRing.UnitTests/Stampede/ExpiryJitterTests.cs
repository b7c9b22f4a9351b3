using CacheRing.Stampede;
using CsCheck;

namespace CacheRing.UnitTests.Stampede;

/// <summary>Lifetimes are spread, and none becomes longer than was asked for.</summary>
[TestFixture]
internal sealed class ExpiryJitterTests
{
    private static readonly Gen<TimeSpan> Lifetimes =
        Gen.OneOf(Gen.Long[1, 100], Gen.Long[1, TimeSpan.TicksPerDay], Gen.Long[1, long.MaxValue]).Select(TimeSpan.FromTicks);

    [Test]
    public void A_lifetime_becomes_shorter_by_no_more_than_the_share_and_never_longer() =>
        Gen.Select(Lifetimes, Gen.Double[0, ExpiryJitter.MostFraction], Gen.Double[0, 1]).Sample((lifetime, fraction, random) =>
        {
            TimeSpan shortened = ExpiryJitter.Shorten(lifetime, fraction, random);
            return shortened <= lifetime && shortened > TimeSpan.Zero && shortened >= lifetime * (1 - fraction) - TimeSpan.FromTicks(1) - (lifetime * 1e-12);
        });

    [Test]
    public void Without_a_share_it_is_as_asked_for() =>
        Gen.Select(Lifetimes, Gen.Double[0, 1]).Sample(static (lifetime, random) => ExpiryJitter.Shorten(lifetime, 0, random) == lifetime);

    [Test]
    public void It_is_shorter_by_half_the_share_in_the_mean()
    {
        Random random = new(7);
        TimeSpan lifetime = TimeSpan.FromHours(1);
        double mean = Enumerable.Range(0, 100_000).Average(_ => ExpiryJitter.Shorten(lifetime, 0.2, random.NextDouble()) / lifetime);
        Assert.That(mean, Is.EqualTo(0.9).Within(0.001));
    }
}
