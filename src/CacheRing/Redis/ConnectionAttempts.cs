using System.Text;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>Reads why an attempt to connect has failed, where how far it got and the first bytes that came say more than its exception.</summary>
internal static class ConnectionAttempts
{
    // The type of a TLS record that carries an alert, and the first byte of every version.
    private const byte TlsAlert = 0x15;
    private const byte TlsVersion = 0x03;

    /// <summary>What an attempt says.</summary>
    /// <param name="attempt">One that has failed.</param>
    /// <param name="isTls">Whether it was to be encrypted.</param>
    /// <param name="hasServed">Whether an earlier attempt led to a connection: the server speaks as we do, and went since.</param>
    /// <param name="first">The first bytes that came on the connection; nothing, when none came.</param>
    /// <returns>Null where its exception says all there is.</returns>
    public static RedisRefusal? Read(ConnectionAttemptCompletedEventArgs attempt, bool isTls, bool hasServed, ReadOnlySpan<byte> first)
    {
        if (attempt.Stage == ConnectionAttemptStage.Tls)
        {
            // Who shows a certificate, or answers in records, speaks TLS.
            return attempt.ServerCertificateAccepted is null && first is not [_, TlsVersion, ..]
                ? new RedisRefusal(
                    NodeFailureKind.Unreachable,
                    "does not answer the TLS handshake. It may be a server without TLS, or its port one without: write redis:// then, or give its tls-port. Else it hangs")
                : null;
        }

        if (attempt.Stage != ConnectionAttemptStage.Handshake || isTls)
            return null;
        if (first is [TlsAlert, TlsVersion, ..])
            return WantsTls("answers in TLS");
        if (first is [(byte)'-', ..])
            return RedisRefusals.OfText(Encoding.UTF8.GetString(first[1..]), database: 0);
        return first.IsEmpty && !hasServed && attempt.FailureType is ConnectionFailureType.SocketClosed or ConnectionFailureType.SocketFailure
            ? WantsTls("closes each connection without an answer")
            : null;
    }

    private static RedisRefusal WantsTls(string what) => new(
        NodeFailureKind.Unreachable, $"{what}. It may want TLS: write rediss:// (ssl=true in a Configuration) then. Else check what listens on this port");
}
