namespace CacheRing.Nodes;

/// <summary>
/// Messages between the clients of one server. They are lost while a client does not listen, so that it is told when it
/// does and when it does not.
/// </summary>
internal interface INodeBus
{
    /// <summary>
    /// Begins to listen, in the background and for as long as the node lives; never throws, never blocks. Called at most once.
    /// </summary>
    void Listen(string channel, INodeListener listener);

    /// <summary>
    /// Sends a message, behind all commands that were given to the node before; completes when the server has it.
    /// </summary>
    /// <exception cref="NodeException">The node did not answer.</exception>
    Task PublishAsync(string channel, ReadOnlyMemory<byte> message, CancellationToken cancellation);
}

/// <summary>Who listens to the messages of a node. Calls come one after the other, on a thread that must not be held up.</summary>
internal interface INodeListener
{
    /// <summary>Every message that is published from now on will be heard, or <see cref="Deaf"/> be called.</summary>
    void Listening();

    /// <summary>Messages may have been lost. Called as soon as that is noticed, and before any message that comes after.</summary>
    void Deaf();

    /// <summary>A message; its bytes are valid during the call only.</summary>
    void Heard(ReadOnlySpan<byte> message);
}
