using CacheRing.Diagnostics;
using CacheRing.Stampede;

namespace CacheRing.Patterns;

/// <content>Giving out what was read, and keeping it in the process.</content>
internal sealed partial class CacheAsideFlight<T>
{
    protected override bool SharesValues => _format.IsShareable;

    private bool NeedsCopies => !_format.IsShareable && ServesSeveral;

    private void Hit(bool serves = true)
    {
        T value = _value!;
        _parts.Meter.Count(LoadOutcome.Hit);
        KeepLocally();
        if (serves)
            Serve(value, CopiesOf(_bytes));
        if (_policy.Beta > 0)
            RefreshIfDue(_parts, _request, _freshUntil, _loadMs);
    }

    private void ServeStale()
    {
        _parts.Meter.Count(LoadOutcome.Stale);
        Serve(_value!, CopiesOf(_bytes));
    }

    private Copies<T>? CopiesOf(byte[]? bytes) => bytes is not null && NeedsCopies ? new Copies<T>(() => _format.Read(bytes)) : null;

    private void KeepLocally()
    {
        if (_validity is { } validity && _parts.Local is { } local && (_unsure is null || local.TryExtend(ref validity, _unsure)))
            local.Keep(_request.Key, new LocalValue<T>(_format, _value!, _bytes, local.TermsOf(_policy.LocalExpiration, _policy.Beta, _freshUntil, _loadMs, _size, validity)));
    }

    private void KeepLocally(T loaded, ReadOnlyMemory<byte> bytes, in EntryTerms terms)
    {
        if (_validity is { } validity && _parts.Local is { } local)
        {
            byte[]? copy = _format.IsShareable ? null : bytes.ToArray();
            local.Keep(_request.Key, new LocalValue<T>(
                _format, loaded, copy, local.TermsOf(_policy.LocalExpiration, _policy.Beta, terms.FreshUntil, terms.LoadMilliseconds, bytes.Length, validity)));
        }
    }
}
