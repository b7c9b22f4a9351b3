using CacheRing.Testing.Loads;

namespace CacheRing.IntegrationTests.Loads;

/// <summary>What all clients of a run have counted together.</summary>
internal sealed record MixResult(long Reads, long Loads, long Changes, long Queued, long Stale, TimeSpan Stalest, TimeSpan Took)
{
    public static MixResult Of(IReadOnlyCollection<LoadAnswer> answers, long loads, TimeSpan took) => new(
        answers.Sum(static answer => answer.Reads),
        loads,
        answers.Sum(static answer => answer.Changes),
        answers.Sum(static answer => answer.Queued),
        answers.Sum(static answer => answer.Stale),
        TimeSpan.FromMilliseconds(answers.Max(static answer => answer.StalestMilliseconds)),
        took);

    public override string ToString() => FormattableString.Invariant(
        $"{Reads} reads, {Loads} loads, {Changes} changes ({Queued} queued), {Stale} stale reads (at most {Stalest.TotalMilliseconds:0.#} ms), {Took.TotalSeconds:0.0} s");
}
