namespace CacheRing.Invalidation;

/// <summary>
/// Whether the invalidation messages of one node are being heard. What was taken in one stretch of hearing is void in any
/// other, since a message may have been missed between them. Closing takes the same time however much was taken.
/// </summary>
internal sealed class LocalFeed
{
    // Odd while open: one read tells whether it is still the stretch in which something was taken.
    private int _epoch;

    public bool IsOpen => IsOpenIn(Epoch);

    /// <summary>Another number for each stretch of hearing, and of not hearing.</summary>
    public int Epoch => Volatile.Read(ref _epoch);

    public static bool IsOpenIn(int epoch) => (epoch & 1) != 0;

    public void Open() => Become(open: true);

    /// <summary>Nothing is valid from now on, until it is open again; and then only what is taken anew.</summary>
    public void Close() => Become(open: false);

    /// <summary>What was taken before is void; it goes on being open, or not.</summary>
    public void Void() => Interlocked.Add(ref _epoch, 2);

    private void Become(bool open)
    {
        int epoch = Epoch;
        while (IsOpenIn(epoch) != open)
        {
            int seen = Interlocked.CompareExchange(ref _epoch, unchecked(epoch + 1), epoch);
            if (seen == epoch)
                return;
            epoch = seen;
        }
    }
}
