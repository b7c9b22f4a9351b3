namespace CacheRing;

/// <summary>What a look-up came to: a value, or that there is none. The default is that there is none.</summary>
public readonly record struct CacheLookup<TValue>
{
    private readonly TValue _value;

    internal CacheLookup(TValue value)
    {
        IsFound = true;
        _value = value;
    }

#pragma warning disable CA1000 // The type is named at the call: CacheLookup<Product>.NotFound.
    /// <summary>There is no value.</summary>
    public static CacheLookup<TValue> NotFound => default;

    /// <summary>Whether there is a value.</summary>
    public bool IsFound { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none; ask <see cref="IsFound"/> first.</exception>
    public TValue Value => IsFound ? _value : throw new InvalidOperationException("Nothing was found. Ask IsFound first, or use TryGet or ValueOrDefault.");

    /// <summary>The value, or the default of its type.</summary>
    public TValue? ValueOrDefault => IsFound ? _value : default;

    /// <summary>There is this value.</summary>
    public static CacheLookup<TValue> Of(TValue value) => new(value);
#pragma warning restore CA1000

    /// <summary>There is this value.</summary>
    public static implicit operator CacheLookup<TValue>(TValue value) => new(value);

    /// <summary>Gives the value, if there is one.</summary>
    public bool TryGet([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value)
    {
        value = _value;
        return IsFound;
    }
}
