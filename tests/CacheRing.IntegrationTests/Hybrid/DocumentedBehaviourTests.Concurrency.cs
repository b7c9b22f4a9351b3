using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Hybrid;

/// <content>Callers who come at the same time, their cancellation, and factories that fail.</content>
internal abstract partial class DocumentedBehaviourTests
{
    [Test]
    public async Task Of_concurrent_callers_of_a_key_one_calls_the_factory_and_the_others_wait_for_its_result()
    {
        HeldFactory<int> factory = new(static () => 42);
        Task<int>[] callers = [.. Enumerable.Range(0, 100).Select(_ => One.Cache.GetOrCreateAsync(Key, factory.MakeAsync).AsTask())];
        await factory.BegunAsync();
        Assert.That(callers.Any(static caller => caller.IsCompleted), Is.False);
        factory.Finish();
        Assert.That(await Task.WhenAll(callers).WaitAsync(Poll.DefaultDeadline), Has.All.EqualTo(42));
        Assert.That(factory.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_caller_who_cancels_leaves_the_others_their_value()
    {
        HeldFactory<int> factory = new(static () => 42);
        using CancellationTokenSource impatient = new();
        using CancellationTokenSource patient = new();
        Task<int> first = One.Cache.GetOrCreateAsync(Key, factory.MakeAsync, cancellationToken: impatient.Token).AsTask();
        Task<int> second = One.Cache.GetOrCreateAsync(Key, factory.MakeAsync, cancellationToken: patient.Token).AsTask();
        Task<int> third = One.Cache.GetOrCreateAsync(Key, factory.MakeAsync).AsTask();
        await factory.BegunAsync();
        await impatient.CancelAsync();
        Assert.That(async () => await first.WaitAsync(Poll.DefaultDeadline), Throws.InstanceOf<OperationCanceledException>());
        await patient.CancelAsync();
        Assert.That(async () => await second.WaitAsync(Poll.DefaultDeadline), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(factory.Token.IsCancellationRequested, Is.False, "one still waits");
        factory.Finish();
        Assert.That(await third.WaitAsync(Poll.DefaultDeadline), Is.EqualTo(42));
        Assert.That(factory.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task The_factorys_token_is_cancelled_when_all_callers_have_cancelled()
    {
        HeldFactory<int> factory = new(static () => 42);
        using CancellationTokenSource one = new();
        using CancellationTokenSource other = new();
        Task<int> first = One.Cache.GetOrCreateAsync(Key, factory.MakeAsync, cancellationToken: one.Token).AsTask();
        Task<int> second = One.Cache.GetOrCreateAsync(Key, factory.MakeAsync, cancellationToken: other.Token).AsTask();
        await factory.BegunAsync();
        await one.CancelAsync();
        await other.CancelAsync();
        await Poll.UntilAsync(() => factory.Token.IsCancellationRequested, "the factory's token to be cancelled");
        Assert.That(async () => await first.WaitAsync(Poll.DefaultDeadline), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await second.WaitAsync(Poll.DefaultDeadline), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await One.LoadAsync(Key, 1), Is.EqualTo(1), "who comes afterwards begins anew");
    }

    [Test]
    public void A_call_that_is_cancelled_already_does_not_call_the_factory()
    {
        HeldFactory<int> factory = new(static () => 42);
        Assert.That(
            async () => await One.Cache.GetOrCreateAsync(Key, factory.MakeAsync, cancellationToken: new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(factory.Calls, Is.Zero);
    }

    [Test]
    public async Task An_exception_of_the_factory_reaches_all_who_wait_for_it_and_is_not_cached()
    {
        HeldFactory<int> factory = new(static () => throw new InvalidOperationException("down"));
        Task<int>[] callers = [.. Enumerable.Range(0, 3).Select(_ => One.Cache.GetOrCreateAsync(Key, factory.MakeAsync).AsTask())];
        await factory.BegunAsync();
        factory.Finish();
        foreach (Task<int> caller in callers)
            Assert.That(async () => await caller.WaitAsync(Poll.DefaultDeadline), Throws.InvalidOperationException.With.Message.EqualTo("down"));
        Assert.That(await One.LoadAsync(Key, 1), Is.EqualTo(1));
    }
}
