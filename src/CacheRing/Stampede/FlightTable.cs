using System.Collections.Concurrent;

namespace CacheRing.Stampede;

/// <summary>The flights of one cache that are under way. Safe for any number of threads.</summary>
internal sealed class FlightTable
{
    private readonly ConcurrentDictionary<FlightKey, object> _flights = new();

    /// <summary>How many are under way.</summary>
    public int Count => _flights.Count;

    /// <summary>Joins the flight for a key, or begins one.</summary>
    /// <param name="key">What it is for.</param>
    /// <param name="create">Makes one that has not begun.</param>
    /// <param name="argument">What for.</param>
    /// <param name="request">What the caller would do if it began one.</param>
    /// <param name="group">The group that the caller is in.</param>
    public Flight<T> Join<T, TArgument>(FlightKey key, Func<FlightKey, TArgument, Flight<T>> create, TArgument argument, object request, out WaitGroup<T> group)
    {
        while (true)
        {
            if (_flights.TryGetValue(key, out object? found))
            {
                Flight<T> flight = (Flight<T>)found;
                if (flight.TryJoin(request) is { } joined)
                {
                    group = joined;
                    return flight;
                }

                // It is over, and about to take itself out.
                End(key, flight);
            }

            Flight<T> begun = create(key, argument);
            group = begun.TryJoin(request)!;
            if (!_flights.TryAdd(key, begun))
                continue;
            _ = begun.RunAsync();
            return begun;
        }
    }

    public void End(FlightKey key, object flight) => _flights.TryRemove(KeyValuePair.Create(key, flight));
}
