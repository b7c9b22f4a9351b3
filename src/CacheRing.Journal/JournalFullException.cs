namespace CacheRing;

/// <summary>A write was refused, as the journal has as many bytes as it may. What was acknowledged is kept.</summary>
public sealed class JournalFullException : IOException
{
    /// <summary>The journal is full.</summary>
    public JournalFullException()
        : this("The journal is full.")
    {
    }

    /// <summary>The journal is full.</summary>
    public JournalFullException(string message)
        : base(message)
    {
    }

    /// <summary>The journal is full.</summary>
    public JournalFullException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
