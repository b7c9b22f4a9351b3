namespace CacheRing.Nodes;

/// <summary>
/// What a connection shows of its server at one moment, without asking it. All counts are of bytes, and only grow while the
/// connection is the same.
/// </summary>
/// <param name="Epoch">The connection's number.</param>
/// <param name="Received">What has arrived in this machine, read or not.</param>
/// <param name="HasUnread">Whether some of it has not been read: this process is late then, not the server.</param>
/// <param name="Handed">What has been given to the socket, including a send that is under way.</param>
/// <param name="Acknowledged">What the server's machine has acknowledged; where that is not known, what the socket has taken.</param>
/// <param name="IsSending">Whether a send is under way, so that there is more to come than was acknowledged.</param>
/// <param name="IsAwaiting">Whether some command has no answer yet, sent or not.</param>
/// <param name="RoundTrip">How long the network takes there and back; zero where that is not known.</param>
internal readonly record struct ConnectionSigns(
    int Epoch, long Received, bool HasUnread, long Handed, long Acknowledged, bool IsSending, bool IsAwaiting, TimeSpan RoundTrip);
