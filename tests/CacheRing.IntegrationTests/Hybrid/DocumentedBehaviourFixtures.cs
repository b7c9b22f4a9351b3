namespace CacheRing.IntegrationTests.Hybrid;

/// <summary>Microsoft's implementation: the tests' own proof.</summary>
[TestFixture]
internal sealed class MicrosoftDocumentedBehaviourTests() : DocumentedBehaviourTests(MicrosoftHybrid.StartAsync);

/// <summary>The hybrid cache over redis-server processes alone.</summary>
[TestFixture]
internal sealed class RedisDocumentedBehaviourTests() : OwnDocumentedBehaviourTests(OwnHybrid.StartAsync);

/// <summary>The hybrid cache over redis-server processes, with a local cache in each app.</summary>
[TestFixture]
internal sealed class LocalDocumentedBehaviourTests() : OwnDocumentedBehaviourTests(OwnHybrid.StartLocalAsync);
