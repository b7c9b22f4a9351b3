using System.Diagnostics;
using CacheRing.Invalidation;
using CsCheck;

namespace CacheRing.UnitTests.Invalidation;

/// <summary>The sums stay exact and an invalidation wins, whatever is done to a local cache at the same time.</summary>
[TestFixture]
internal sealed class LocalCacheConcurrencyTests
{
    private const int Keys = 12;
    private const int MaxBytes = 160;

    // Most are sets; about one in thirty is a clear.
    private static readonly Gen<(int Step, int Key, int Size)> Steps = Gen.Select(Gen.Int[0, 29], Gen.Int[0, Keys - 1], Gen.Int[0, 25]);

    [Test]
    public void The_bytes_are_those_of_what_is_in_it_and_within_the_bound() =>
        Steps.Array[0, 100].Sample(steps =>
        {
            using LocalCache cache = new(8, MaxBytes, TimeProvider.System);
            LocalEntries local = new();
            foreach ((int Step, int Key, int Size) step in steps)
            {
                Do(cache, local, step);
                AssertSums(cache);
            }
        });

    [Test]
    public void They_are_so_after_any_mix_of_changes_at_the_same_time() =>
        Steps.Array[50, 400].Array[2, 4].Sample(
            threads =>
            {
                using LocalCache cache = new(8, MaxBytes, TimeProvider.System);
                LocalEntries local = new();
                Together(threads.Select(steps => (Action)(() =>
                {
                    foreach ((int Step, int Key, int Size) step in steps)
                        Do(cache, local, step);
                })));
                AssertSums(cache);
                cache.Clear();
                Assert.That((cache.Count, cache.Bytes), Is.EqualTo((0, 0L)));
            },
            iter: 300,
            threads: 1);

    [Test]
    public void A_read_that_starts_after_an_invalidation_never_gives_an_older_value()
    {
        using LocalCache cache = new(8, MaxBytes, TimeProvider.System);
        LocalEntries local = new();
        int source = 0;
        int stale = 0;
        int hits = 0;
        bool isOver = false;

        void Fill()
        {
            while (!Volatile.Read(ref isOver))
            {
                LocalValidity validity = local.Capture("a")!.Value;
                cache.TrySet("a", new LocalEntries.Kept(Volatile.Read(ref source)) { ExpiresAt = long.MaxValue, Size = 1, Validity = validity });
            }
        }

        void Change()
        {
            long begin = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(begin) < TimeSpan.FromMilliseconds(300))
            {
                int newest = Interlocked.Increment(ref source);
                local.Invalidate("a");
                for (int i = 0; i < 20; i++)
                {
                    if (!cache.TryGet("a", out LocalEntry? entry))
                        continue;
                    hits++;
                    stale += ((LocalEntries.Kept)entry).Number < newest ? 1 : 0;
                }
            }

            Volatile.Write(ref isOver, true);
        }

        Together([Fill, Fill, Change]);
        Assert.That((stale, hits > 0), Is.EqualTo((0, true)));
    }

    private static void Do(LocalCache cache, LocalEntries local, (int Step, int Key, int Size) step)
    {
        string key = $"{step.Key}";
        switch (step.Step)
        {
            case 0:
                cache.Clear();
                break;
            case < 5:
                cache.Remove(key);
                break;
            case < 8:
                local.Invalidate(key);
                break;
            case < 12:
                cache.TryGet(key, out _);
                break;
            default:
                cache.TrySet(key, local.Entry(key, 0, step.Size));
                break;
        }
    }

    private static void AssertSums(LocalCache cache)
    {
        List<LocalEntry> found = [];
        for (int key = 0; key < Keys; key++)
        {
            if (cache.TryGet($"{key}", out LocalEntry? entry))
                found.Add(entry);
        }

        Assert.That((cache.Count, cache.Bytes), Is.EqualTo((found.Count, found.Sum(static entry => (long)entry.Size))));
        Assert.That(cache.Bytes, Is.LessThanOrEqualTo(MaxBytes));
    }

    private static void Together(IEnumerable<Action> actions)
    {
        Thread[] threads = [.. actions.Select(static action => new Thread(() => action()))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
    }
}
