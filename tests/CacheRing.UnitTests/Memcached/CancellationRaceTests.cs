using System.Buffers;
using System.Text;
using CacheRing.Memcached;

namespace CacheRing.UnitTests.Memcached;

/// <summary>Answer and cancellation at the same moment, on commands that are used again: one of them wins, for that call alone.</summary>
[TestFixture]
internal sealed class CancellationRaceTests
{
    private const int Callers = 4;
    private const int CallsOfEach = 20_000;

    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Each_call_ends_with_its_own_value_or_with_its_own_cancellation()
    {
        MemcachedContext context = Contexts.Of(new Contexts.Client());
        using MemcachedClock clock = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        await using FuzzServer server = new(new FuzzPlan(seed: 1, FuzzKind.Right));
        MemcachedConnection connection = new(server, clock, context.Faults, Contexts.Timings);
        connection.Start();

        int[] found = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(context, connection, caller))))
            .WaitAsync(Hang);
        Assert.That(found, Has.All.GreaterThan(0), "not every call was cancelled in time");
        Assert.That(connection.Ended.IsCompleted, Is.False, "cancelled calls leave the connection in step");
        connection.Close(context.Faults.Timeout());
        await connection.Ended.WaitAsync(Hang);
    }

    private static async Task<int> CallAsync(MemcachedContext context, MemcachedConnection connection, int caller)
    {
        int found = 0;
        for (int i = 0; i < CallsOfEach; i++)
        {
            string key = FuzzValues.PresentKey($"{caller}-{i}");
            using CancellationTokenSource source = new();
            ArrayBufferWriter<byte> buffer = new();
            GetToBufferCommand command = context.Buffered.Rent();
            command.Prepare(key, buffer);
            ValueTask<bool> call = command.Task;
            command.Watch(source.Token);
            connection.Send(command);
            Task cancelling = Task.CompletedTask;
            switch (i % 4)
            {
                case 0:
                    source.Cancel();
                    break;
                case 1:
                    cancelling = Task.Run(source.Cancel);
                    break;
                case 2:
                    await Task.Yield();
                    source.Cancel();
                    break;
            }

            try
            {
                Assert.That(await call, Is.True, "every key is there");
                if (!buffer.WrittenSpan.SequenceEqual(FuzzValues.Of(key)))
                    Assert.Fail($"'{key}' was given '{Encoding.Latin1.GetString(buffer.WrittenSpan)}'.");
                found++;
            }
            catch (OperationCanceledException cancelled)
            {
                Assert.That(cancelled.CancellationToken, Is.EqualTo(source.Token), "the caller's own token");
                Assert.That(buffer.WrittenCount, Is.Zero, "nobody writes to the buffer of a call that has ended");
            }

            await cancelling;
        }

        return found;
    }
}
