using System.IO.Pipelines;
using CacheRing.Memcached;

namespace CacheRing.UnitTests.Memcached;

/// <summary>Commands are used again, by one call at a time, and not kept without bound.</summary>
[TestFixture]
internal sealed class CommandPoolTests
{
    private const int Threads = 4;
    private const int Each = 100_000;
    private const int Bound = 1024;

    private int _created;

    [SetUp]
    public void Reset() => _created = 0;

    [Test]
    public void What_was_returned_is_rented_again()
    {
        CommandPool<Command> pool = Pool();
        Command[] first = [pool.Rent(), pool.Rent(), pool.Rent()];
        Assert.That(first, Is.Unique);
        foreach (Command command in first)
            pool.Return(command);
        Assert.That(new[] { pool.Rent(), pool.Rent(), pool.Rent() }, Is.EquivalentTo(first));
        Assert.That(_created, Is.EqualTo(3));
    }

    [Test]
    public void No_more_are_kept_than_the_bound()
    {
        CommandPool<Command> pool = Pool();
        Command[] many = [.. Enumerable.Range(0, 3 * Bound).Select(_ => pool.Rent())];
        foreach (Command command in many)
            pool.Return(command);
        foreach (Command _ in many)
            pool.Rent();

        // One more than the bound, since the first is kept apart.
        Assert.That(_created, Is.EqualTo(2 * many.Length - Bound - 1));
    }

    [Test]
    public async Task No_two_hold_the_same_one_at_once()
    {
        CommandPool<Command> pool = Pool();
        int shared = 0;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                Command one = pool.Rent();
                Command other = pool.Rent();
                if (Interlocked.Increment(ref one.Holders) != 1 || Interlocked.Increment(ref other.Holders) != 1)
                    Interlocked.Increment(ref shared);
                Interlocked.Decrement(ref one.Holders);
                pool.Return(one);
                Interlocked.Decrement(ref other.Holders);
                pool.Return(other);
            }
        })));
        Assert.That(shared, Is.Zero);
    }

    private CommandPool<Command> Pool() => new(() =>
    {
        Interlocked.Increment(ref _created);
        return new Command();
    });

    private sealed class Command : MemcachedCommand
    {
        public int Holders;

        public override bool Write(PipeWriter writer) => true;

        public override bool Take(in Reply reply) => true;

        protected override void Fail(Exception error)
        {
        }
    }
}
