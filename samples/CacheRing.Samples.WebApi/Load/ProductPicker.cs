namespace CacheRing.Samples.WebApi.Load;

/// <summary>Picks products by Zipf's law with exponent 1: the n-th is looked at 1/n as often as the first.</summary>
internal sealed class ProductPicker
{
    private readonly double[] _sums;
    private readonly Random _random;

    public ProductPicker(int products, int seed)
    {
        _random = new Random(seed);
        _sums = new double[products];
        double sum = 0;
        for (int i = 0; i < products; i++)
            _sums[i] = sum += 1.0 / (i + 1);
    }

#pragma warning disable CA5394 // Nothing secret is drawn.
    public int Next()
    {
        int at = Array.BinarySearch(_sums, _random.NextDouble() * _sums[^1]);
        return Math.Min(at < 0 ? ~at : at, _sums.Length - 1) + 1;
    }
#pragma warning restore CA5394
}
