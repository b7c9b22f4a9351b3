namespace CacheRing.Patterns;

/// <summary>Has writes that outlive their callers: what the host does for it when it starts and stops.</summary>
internal interface IPendingWrites
{
    /// <summary>Begins with what was pending when the process ended last.</summary>
    Task OpenAsync(CancellationToken cancellation);

    /// <summary>Takes nothing more, waits until nothing is pending, for a time, and reports what is left.</summary>
    Task DrainAsync(CancellationToken cancellation);
}
