using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;

namespace CacheRing.Sessions;

/// <summary>
/// ASP.NET Core's session, but for this: it is never empty because a node did not answer. Every member that needs what is stored
/// throws <see cref="NodeException"/> then.
/// </summary>
internal sealed class ShardedSession : ISession
{
    private readonly DistributedSession _session;
    private readonly SessionCache _cache;
    private bool _isOver;

    public ShardedSession(DistributedSession session, SessionCache cache)
    {
        _session = session;
        _cache = cache;
    }

    /// <summary>The node that has it.</summary>
    public string Node => _cache.Node;

    /// <summary>Whether there is something to commit.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>The last thing that went wrong with the node.</summary>
    public NodeException? Failure { get; private set; }

    /// <summary>Whether a commit has failed since the last change: who asked for it was told.</summary>
    public bool HasToldOfFailure { get; private set; }

    /// <summary>Called when it changes for the first time since the last commit.</summary>
    public Action? OnChange { get; set; }

    public bool IsAvailable
    {
        get
        {
            Load();
            return _session.IsAvailable;
        }
    }

    public string Id
    {
        get
        {
            Load();
            return _session.Id;
        }
    }

    public IEnumerable<string> Keys
    {
        get
        {
            Load();
            return _session.Keys;
        }
    }

    public Task LoadAsync(CancellationToken cancellationToken = default) => GuardAsync(_session.LoadAsync, cancellationToken);

    /// <summary>Stores what has changed. Unchanged, it was prolonged when it was loaded.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        if (!IsChanged || _isOver)
            return;
        HasToldOfFailure = true;
        await GuardAsync(_session.CommitAsync, cancellationToken).ConfigureAwait(false);
        (IsChanged, HasToldOfFailure) = (false, false);
    }

    public bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out byte[]? value)
    {
        Load();
        return _session.TryGetValue(key, out value);
    }

    public void Set(string key, byte[] value)
    {
        Load();
        _session.Set(key, value);
        Change();
    }

    public void Remove(string key)
    {
        Load();
        _session.Remove(key);
        _cache.HasRemovals = true;
        Change();
    }

    public void Clear()
    {
        Load();
        _session.Clear();
        _cache.HasRemovals = true;
        Change();
    }

    /// <summary>The request has its answer: nothing is stored from here on.</summary>
    public void End() => _isOver = true;

    // DistributedSession would catch what is thrown when it is loaded by a synchronous call, and go on empty.
    private void Load()
    {
        if (_cache.IsLoaded)
            return;
        try
        {
            _cache.Get(key: "");
        }
        catch (NodeException failure)
        {
            Failure = failure;
            throw;
        }
    }

    private void Change()
    {
        HasToldOfFailure = false;
        if (IsChanged)
            return;
        IsChanged = true;
        OnChange?.Invoke();
    }

    private async Task GuardAsync(Func<CancellationToken, Task> call, CancellationToken token)
    {
        try
        {
            await call(token).ConfigureAwait(false);
        }
        catch (NodeException failure)
        {
            Failure = failure;
            throw;
        }
        catch (OperationCanceledException error) when (!token.IsCancellationRequested)
        {
            Failure = new NodeException(Node, NodeFailureKind.Timeout, $"Node '{Node}' has not answered within SessionOptions.IOTimeout.", error);
            throw Failure;
        }
    }
}
