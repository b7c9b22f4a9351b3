using System.Text;
using CacheRing.Nodes;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CacheRing.Redis;

/// <summary>
/// A Redis server (or Valkey, Garnet) over StackExchange.Redis. docs/redis.md lists the commands that the driver makes of
/// these calls, as the user of an ACL needs them.
/// </summary>
internal sealed partial class RedisNode : ICacheNode
{
    // A server that answers "moved" has another ring in mind; following it would hide that.
    internal const CommandFlags Flags = CommandFlags.NoRedirect;

    private readonly RedisConnection _connection;
    private readonly RedisBus _bus;
    private readonly RedisKey _prefix;
    private readonly bool _hasPrefix;
    private readonly RedisKey[] _recordKeys;
    private readonly RedisKey[] _everythingKeys;
    private readonly TimeSpan? _deadline;
    private readonly ILogger _logger;
    private INodeClient _client = null!;

    public RedisNode(RedisNodeSettings settings, TimeProvider time)
    {
        Name = settings.Name;
        _logger = settings.Logger;
        _connection = new RedisConnection(settings);
        _bus = new RedisBus(_connection, settings, time);
        _hasPrefix = settings.KeyPrefix.Length > 0;
        _prefix = Encoding.UTF8.GetBytes(settings.KeyPrefix);
        _recordKeys = KeptCopies.KeysOf(settings.KeyPrefix + KeptKeys.Record);
        _everythingKeys = KeptCopies.KeysOf(settings.KeyPrefix + KeptKeys.Everything);

        // The driver ends our own calls in time; a multiplexer of the user's may have other ideas.
        _deadline = settings.Factory is null ? null : settings.Timings.Operation;
    }

    public string Name { get; }

    public NodeTraits Traits => Differences;

    public static NodeTraits Differences { get; } = new() { ExpiryResolution = TimeSpan.FromMilliseconds(1), ReadsHeads = true, DropsTooLarge = false };

    public int Epoch => _connection.Epoch;

    public bool IsConnected => _connection.IsConnected;

    public ConnectionSigns ReadSigns() => _connection.ReadSigns();

    public void Abandon(NodeException reason) => _connection.Abandon(reason);

    public void Start(INodeClient client)
    {
        _client = client;
        _connection.Start(client);
    }

    public INodeBus? Bus => _bus;

    public async ValueTask DisposeAsync()
    {
        await _bus.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private RedisKey Key(string key) => _hasPrefix ? ((RedisKey)key).Prepend(_prefix) : key;

    private Task<T> Bounded<T>(Task<T> task, CancellationToken token) =>
        _deadline is { } deadline ? BoundedAsync(task, deadline, token)
        : token.CanBeCanceled ? task.WaitAsync(token)
        : task;

    // A multiplexer of the user's is not ours to shut down when the server is silent: we stop waiting for it instead.
    private async Task<T> BoundedAsync<T>(Task<T> task, TimeSpan deadline, CancellationToken token)
    {
        _client.Sending();
        CancellationToken abandoned = _connection.Abandoned;
        Task<T> bounded = task.WaitAsync(deadline, token);
        try
        {
            return await bounded.WaitAsync(abandoned).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (abandoned.IsCancellationRequested && !token.IsCancellationRequested)
        {
            _ = ((Task)bounded).ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new RedisConnectionException(ConnectionFailureType.SocketFailure, CommandFlags.None, "The server is silent.", null, CommandStatus.Sent);
        }
    }
}
