using System.Globalization;

namespace CacheRing.Samples.WebApi.Load;

/// <summary>What happened since it was last asked.</summary>
internal sealed class LoadTally
{
    private readonly Lock _gate = new();
    private List<double> _milliseconds = [];
    private int _hits;
    private int _failed;

    public void Add(TimeSpan time, bool isHit, bool succeeded)
    {
        lock (_gate)
        {
            _milliseconds.Add(time.TotalMilliseconds);
            _hits += isHit ? 1 : 0;
            _failed += succeeded ? 0 : 1;
        }
    }

    /// <summary>A line of figures; it begins anew.</summary>
    public string Take()
    {
        double[] times;
        int hits, failed;
        lock (_gate)
        {
            times = [.. _milliseconds.Order()];
            (hits, failed) = (_hits, _failed);
            (_milliseconds, _hits, _failed) = ([], 0, 0);
        }

        return times.Length == 0
            ? "       0"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{times.Length,8:N0} {(double)hits / times.Length,10:P1} {times[times.Length / 2],9:N1} {times[(int)(times.Length * 0.99)],9:N1} {failed,8:N0}");
    }
}
