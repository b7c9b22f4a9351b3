using System.Diagnostics;
using System.Globalization;

namespace CacheRing.Benchmarks.Studies;

/// <content>The journal: acknowledged writes of 200 bytes, on the disk of the temporary folder.</content>
internal sealed partial class Study
{
    private static readonly int[] JournalWriters = [1024, 64, 1];

    private async Task JournalAsync()
    {
        Console.WriteLine("\nJournal, writes of 200 bytes, each settled at once (acknowledged writes/s)");
        foreach (int writers in JournalWriters)
        {
            List<double> rates = [];
            for (int round = 0; round < _settings.Rounds; round++)
                rates.Add(await JournalAsync(writers));
            rates.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{writers,5} writers {rates[rates.Count / 2],12:N0} ({rates[0]:N0}-{rates[^1]:N0})"));
        }
    }

    private async Task<double> JournalAsync(int writers)
    {
        string folder = Directory.CreateTempSubdirectory("cachering-benchmark-").FullName;
        try
        {
            FileWriteJournal journal = new(new FileWriteJournalOptions { Directory = folder });
            await journal.OpenAsync(default);
            byte[] key = new byte[20], value = new byte[180];
            long count = 0;
            Stopwatch watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
            {
                long own = 0;
                for (; watch.Elapsed < _settings.Slice; own++)
                {
                    await journal.AppendAsync(StoreWriteKind.Upsert, key, value, out JournalEntry entry);
                    journal.Settle(entry);
                }

                Interlocked.Add(ref count, own);
            })));
            double seconds = watch.Elapsed.TotalSeconds;
            await journal.DisposeAsync();
            return count / seconds;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
