using CacheRing.Stampede;
using CsCheck;

namespace CacheRing.UnitTests.Stampede;

/// <summary>A value is loaded anew before its end by chance: as the paper has it, and never where it must not.</summary>
[TestFixture]
internal sealed class EarlyRefreshTests
{
    private const long Expiry = 1_790_000_000_000;

    private static readonly Gen<int> Loads = Gen.OneOf(Gen.Int[0, 5000], Gen.Int[0, int.MaxValue]);
    private static readonly Gen<double> Betas = Gen.Double[0, 8];

    // All that Random.NextDouble can give, and with it 1 minus that; the ends more often.
    private static readonly Gen<double> Randoms = Gen.OneOf(
        Gen.Long[0, 1L << 53].Select(static step => step / (double)(1L << 53)),
        Gen.Long[0, 3].Select(static step => step / (double)(1L << 53)));

    [Test]
    public void It_is_due_at_its_end_whatever_the_chance() =>
        Gen.Select(Loads, Betas, Randoms, Gen.Long[0, 1_000_000]).Sample((load, beta, random, late) =>
            EarlyRefresh.IsDue(Expiry + late, Expiry, load, beta, random));

    [Test]
    public void Once_due_it_stays_due() =>
        Gen.Select(Loads, Betas, Randoms, Gen.Long[0, 100_000], Gen.Long[0, 100_000]).Sample((load, beta, random, left, later) =>
            !EarlyRefresh.IsDue(Expiry - left, Expiry, load, beta, random) || EarlyRefresh.IsDue(Expiry - left + later, Expiry, load, beta, random));

    [Test]
    public void Before_the_window_it_is_never_due() =>
        Gen.Select(Loads, Betas, Randoms, Gen.OneOf(Gen.Const(1L), Gen.Long[1, 1_000_000])).Sample((load, beta, random, before) =>
            !EarlyRefresh.IsDue(EarlyRefresh.WindowStart(Expiry, load, beta) - before, Expiry, load, beta, random));

    [Test]
    public void The_window_is_no_wider_than_the_rarest_chance_needs() =>
        Gen.Select(Gen.Int[1, 100_000], Gen.Double[0.1, 8]).Sample((load, beta) =>
            EarlyRefresh.IsDue(EarlyRefresh.WindowStart(Expiry, load, beta) + 1, Expiry, load, beta, 0));

    [Test]
    public void Without_beta_or_without_a_load_time_it_is_never_early() =>
        Gen.Select(Loads, Betas, Randoms, Gen.Bool).Sample((load, beta, random, isBeta) =>
        {
            (load, beta) = isBeta ? (load, 0) : (0, beta);
            return !EarlyRefresh.IsDue(Expiry - 1, Expiry, load, beta, random) && EarlyRefresh.WindowStart(Expiry, load, beta) == Expiry;
        });

    [Test]
    public void A_longer_load_and_a_greater_beta_make_it_no_later() =>
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, 10_000], Betas, Betas, Randoms, Gen.Long[0, 100_000]).Sample((load, longer, beta, more, random, left) =>
            !EarlyRefresh.IsDue(Expiry - left, Expiry, load, beta, random)
                || EarlyRefresh.IsDue(Expiry - left, Expiry, load + longer, beta + more, random));

    [Test]
    public void The_share_of_early_refreshes_is_that_of_the_paper()
    {
        // The gap is exponential with the mean load * beta: P(due, left) = e^(-left / mean).
        const int draws = 200_000;
        Random random = new(2015);
        foreach ((int left, int load, double beta) in ((int, int, double)[])[(100, 100, 1), (200, 100, 1), (300, 100, 2), (50, 100, 1)])
        {
            int due = 0;
            for (int i = 0; i < draws; i++)
                due += EarlyRefresh.IsDue(Expiry - left, Expiry, load, beta, 1 - random.NextDouble()) ? 1 : 0;
            Assert.That(due / (double)draws, Is.EqualTo(Math.Exp(-left / (load * beta))).Within(0.005), $"{left} ms before the end");
        }
    }
}
