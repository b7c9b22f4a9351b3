using System.Reflection;

namespace CacheRing.UnitTests.Architecture;

/// <summary>What native AOT cannot do, and no analyzer tells.</summary>
[TestFixture]
internal sealed class NativeAotTests
{
    // With .NET 10.0.12 the first call ended in a BadImageFormatException of the runtime's type loader.
    [Test]
    public void No_method_gives_a_task_of_a_value_type_that_is_nested_in_a_generic_class()
    {
        MethodInfo[] methods =
        [
            .. typeof(ShardedHybridCache).Assembly.GetTypes()
                .Where(static type => type.ContainsGenericParameters)
                .SelectMany(static type => type.GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)),
        ];
        Assert.That(methods, Has.Length.GreaterThan(100));
        Assert.That(methods.Where(IsTaskOfNested).Select(static method => $"{method.DeclaringType!.Name}.{method.Name}"), Is.Empty);
    }

    private static bool IsTaskOfNested(MethodInfo method) =>
        method.ReturnType is { IsGenericType: true } task
        && (task.GetGenericTypeDefinition() == typeof(Task<>) || task.GetGenericTypeDefinition() == typeof(ValueTask<>))
        && task.GetGenericArguments()[0] is { IsValueType: true, IsNested: true, DeclaringType.IsGenericType: true };
}
