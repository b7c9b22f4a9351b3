using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace CacheRing.Patterns;

/// <summary>
/// The types whose values nobody can change, by the rules of Microsoft's HybridCache: strings; value types that hold no references;
/// value types and sealed classes marked <c>[ImmutableObject(true)]</c>. A class that can be derived from cannot promise it.
/// </summary>
internal static class ShareableTypes
{
    public static bool Contains<T>()
    {
        Type type = typeof(T);
        if (type == typeof(string) || (type.IsValueType && !RuntimeHelpers.IsReferenceOrContainsReferences<T>()))
            return true;

        type = Nullable.GetUnderlyingType(type) ?? type;
        return (type.IsValueType || (type.IsClass && type.IsSealed))
            && type.GetCustomAttribute<ImmutableObjectAttribute>() is { Immutable: true };
    }
}
