using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Distributed;

namespace CacheRing.Sharding;

/// <content>
/// The synchronous half of <see cref="IDistributedCache"/>, and the end of a container that is disposed of synchronously: the one
/// place in the library that blocks a thread. Every await
/// beneath leaves the caller's context, so that waiting cannot deadlock; it does hold a thread, for which the pool is given
/// another (<see cref="BlockedThreads"/>), so that code under load should use the asynchronous half.
/// </content>
internal sealed partial class ShardedCache
{
    public byte[]? Get(string key) => Wait(GetAsync(key));

    public bool TryGet(string key, IBufferWriter<byte> destination) => Wait(TryGetAsync(key, destination).AsTask());

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => Wait(SetAsync(key, value, options));

    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options) =>
        Wait(SetAsync(key, value, options).AsTask());

    public void Refresh(string key) => Wait(RefreshAsync(key));

    public void Remove(string key) => Wait(RemoveAsync(key));

    public void Dispose() => Wait(DisposeAsync().AsTask());

    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "The interface is synchronous.")]
    [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "The interface is synchronous.")]
    private static T Wait<T>(Task<T> task)
    {
        Wait((Task)task);
        return task.GetAwaiter().GetResult();
    }

    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "The interface is synchronous.")]
    [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "The interface is synchronous.")]
    internal static void Wait(Task task)
    {
        bool isCounted = !task.IsCompleted && BlockedThreads.Enter();
        try
        {
            // Tells the pool too that this thread is blocked, so that it takes back the threads it has added when it is not.
            task.GetAwaiter().GetResult();
        }
        finally
        {
            if (isCounted)
                BlockedThreads.Leave();
        }
    }
}
