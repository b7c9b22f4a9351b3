using CacheRing.Writes;
using CsCheck;

namespace CacheRing.UnitTests.Writes;

/// <summary>Whatever happens, the store ends as if each write had been carried out alone and in order, and sees every delete that it must.</summary>
[TestFixture]
internal sealed class WriteModelTests
{
    private enum Step
    {
        Set,
        Remove,
        Begin,
        Fail,
        Succeed,
    }

    [Test]
    public void One_key_ends_as_by_plain_writes_whatever_fails_in_between() =>
        Gen.Enum<Step>().List[1, 60].Sample(steps =>
        {
            KeyLine<string, int> line = new();
            List<PendingWrite<string, int>> written = [], applied = [];
            int pending = 0;
            long bytes = 0;
            foreach (Step step in steps)
            {
                switch (step)
                {
                    case Step.Set or Step.Remove:
                        PendingWrite<string, int> write = New(step == Step.Set ? StoreWriteKind.Upsert : StoreWriteKind.Delete, written.Count + 1);
                        (int grownBy, long bytesMore) = line.GrowthBy(write.Kind, write.Size);
                        pending += grownBy;
                        bytes += bytesMore;
                        line.Add(write);
                        written.Add(write);
                        Assert.That(line.Newest, Is.SameAs(write));
                        break;
                    case Step.Begin when line is { UnderWay: null, First: not null }:
                        line.Begin();
                        break;
                    case Step.Fail when line.Renew() is { } replaced:
                        pending--;
                        bytes -= replaced.Size;
                        break;
                    case Step.Succeed when line.UnderWay is not null:
                        Finish();
                        break;
                }

                Assert.That(pending, Is.EqualTo(PendingOf(line).Count()), "what is counted is what is there");
                Assert.That(bytes, Is.EqualTo(PendingOf(line).Sum(static write => (long)write.Size)));
                Assert.That(pending, Is.LessThanOrEqualTo(3));
            }

            while (!line.IsEmpty)
            {
                if (line.UnderWay is null)
                    line.Begin();
                Finish();
            }

            Assert.That(line.Newest, Is.Null);
            AssertAsPlain(written, applied);

            void Finish()
            {
                applied.Add(line.UnderWay!);
                pending--;
                bytes -= line.UnderWay!.Size;
                line.End();
            }
        }, iter: 5_000);

    [Test]
    public async Task A_queue_of_many_keys_ends_as_by_plain_writes_whatever_the_store_does() =>
        await Gen.Select(Gen.Select(Gen.Int[0, 4], Gen.Int[0, 9], Gen.Int[0, 5]).List[1, 80], Gen.Int[1, 4], Gen.Int[1, 4]).SampleAsync(
            async (steps, batchSize, parallel) =>
            {
                TimeSpan delay = TimeSpan.FromMilliseconds(20);
                await using QueueUnderTest it = new(settings =>
                    settings with { BatchSize = batchSize, MaxParallelBatches = parallel, MaxAttempts = 1000, BatchDelay = delay });
                int failures = 0;
                it.Store = async (_, _) =>
                {
                    await Task.Yield();
                    if (Interlocked.Decrement(ref failures) >= 0)
                        throw new InvalidOperationException("down");
                };
                Dictionary<string, List<PendingWrite<string, int>>> written = [];
                int number = 0;
                foreach ((int key, int action, int fails) in steps)
                {
                    List<PendingWrite<string, int>> ofKey = written.TryGetValue($"{key}", out List<PendingWrite<string, int>>? known) ? known : written[$"{key}"] = [];
                    if (action < 7)
                    {
                        PendingWrite<string, int> write = new($"{key}", $"{key}", action < 5 ? StoreWriteKind.Upsert : StoreWriteKind.Delete, ++number, []);
                        await it.Queue.EnqueueAsync(write, [], default);
                        ofKey.Add(write);
                    }
                    else if (action == 7)
                    {
                        Interlocked.Exchange(ref failures, fails);
                    }
                    else
                    {
                        it.Time.Advance(TimeSpan.FromMilliseconds(10 * fails));
                        await Task.Yield();
                    }
                }

                await it.EmptyAsync();
                Assert.That(it.HasOverlapped, Is.False);
                Assert.That(it.GivenUp, Is.Empty);
                Assert.That((it.Queue.Status.Pending, it.Queue.Status.PendingBytes), Is.EqualTo((0, 0L)));
                foreach ((string key, List<PendingWrite<string, int>> ofKey) in written)
                    AssertAsPlain(ofKey, [.. it.Applied.Where(write => write.Key == key)]);
            },
            iter: 60,
            threads: 1);

    private static void AssertAsPlain(List<PendingWrite<string, int>> written, List<PendingWrite<string, int>> applied)
    {
        Assert.That(applied.Select(static write => write.Sequence), Is.Ordered.Ascending);
        Assert.That(applied.LastOrDefault(), Is.SameAs(written.LastOrDefault()), "the last write is what is left");
        foreach (PendingWrite<string, int> upsert in applied.Where(static write => write.Kind == StoreWriteKind.Upsert))
        {
            if (written.LastOrDefault(write => write.Kind == StoreWriteKind.Delete && write.Sequence < upsert.Sequence) is { } delete)
                Assert.That(applied.TakeWhile(write => write != upsert), Does.Contain(delete), "the store has seen the delete before it");
        }
    }

    private static IEnumerable<PendingWrite<string, int>> PendingOf(KeyLine<string, int> line)
    {
        if (line.UnderWay is { } underWay)
            yield return underWay;
        if (line.First is { } first)
            yield return first;
        if (line.Newest is { } newest && newest != line.First && newest != line.UnderWay)
            yield return newest;
    }

    private static PendingWrite<string, int> New(StoreWriteKind kind, int number) =>
        new("k", "k", kind, number, new byte[number % 5]) { Sequence = number, FirstSequence = number, Since = number };
}
