namespace CacheRing;

/// <summary>A write was refused, as a bound of the write-behind cache is reached: the store is slower than the writers, or down.</summary>
public sealed class WriteBehindFullException : Exception
{
    /// <summary>A bound is reached.</summary>
    public WriteBehindFullException()
        : this("The write-behind cache is full.")
    {
    }

    /// <summary>A bound is reached.</summary>
    public WriteBehindFullException(string message)
        : base(message)
    {
    }

    /// <summary>A bound is reached.</summary>
    public WriteBehindFullException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
