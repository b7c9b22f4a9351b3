using FASTER.core;

namespace CacheRing.UnitTests.Journal;

/// <summary>A disk that is full when the test says so.</summary>
internal sealed class FlakyDevice : StorageDeviceBase
{
    // ENOSPC
    private const uint NoSpace = 28;
    private readonly IDevice _disk;
    private readonly Func<bool> _isFull;

    public FlakyDevice(string file, Func<bool> isFull)
        : this(new ManagedLocalStorageDevice(file), isFull)
    {
    }

    private FlakyDevice(IDevice disk, Func<bool> isFull)
        : base(disk.FileName, disk.SectorSize, disk.Capacity)
    {
        _disk = disk;
        _isFull = isFull;
    }

    public override void Initialize(long segmentSize, LightEpoch? epoch = null, bool omitSegmentIdFromFileName = false)
    {
        base.Initialize(segmentSize, epoch, omitSegmentIdFromFileName);
        _disk.Initialize(segmentSize, epoch, omitSegmentIdFromFileName);
    }

    public override void WriteAsync(IntPtr sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite, DeviceIOCompletionCallback callback, object context)
    {
        if (_isFull())
            callback(NoSpace, 0, context);
        else
            _disk.WriteAsync(sourceAddress, segmentId, destinationAddress, numBytesToWrite, callback, context);
    }

    public override void ReadAsync(int segmentId, ulong sourceAddress, IntPtr destinationAddress, uint readLength, DeviceIOCompletionCallback callback, object context) =>
        _disk.ReadAsync(segmentId, sourceAddress, destinationAddress, readLength, callback, context);

    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result) => _disk.RemoveSegmentAsync(segment, callback, result);

    public override void Dispose() => _disk.Dispose();
}
