using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using CacheRing.Testing;

namespace CacheRing.UnitTests.Architecture;

/// <summary>Each folder of the library depends only on those before it.</summary>
[TestFixture]
internal sealed partial class DependencyOrderTests
{
    private static readonly string[] Order =
        ["Hashing", "Ring", "Entries", "Nodes", "Redis", "Memcached", "Failover", "Sharding", "Stampede", "Invalidation", "Writes", "Patterns", "DependencyInjection"];

    // Names for metrics and logs: everyone may use them.
    private const string ForAll = "Diagnostics";

    // The types of a transport are seen by the transport and by the place that puts it together.
    private static readonly string[] Transports = ["Redis", "Memcached"];

    private static readonly string Source = Path.Combine(Repository.Root, "src", "CacheRing");

    [Test]
    public void Every_folder_has_its_place_in_the_order()
    {
        string[] folders = [.. Directory.GetDirectories(Source).Select(static folder => Path.GetFileName(folder)).Except(["bin", "obj"])];
        Assert.That(folders, Is.EquivalentTo(Order.Append(ForAll)));
    }

    [Test]
    public void No_type_uses_one_of_a_later_folder_and_no_one_but_the_composition_sees_a_transport()
    {
        Dictionary<string, string> folderOf = FoldersOfTypes();
        List<string> violations = [];
        int checkedUses = 0;
        foreach (IType type in new ArchLoader().LoadAssemblies(typeof(IShardedCache).Assembly).Build().Types)
        {
            if (FolderOf(type, folderOf) is not { } from)
                continue;
            foreach (IType used in type.Dependencies.Select(static dependency => dependency.Target).Distinct())
            {
                if (FolderOf(used, folderOf) is not { } to || to == from || to == ForAll)
                    continue;
                checkedUses++;
                bool upward = from != ForAll && Array.IndexOf(Order, to) > Array.IndexOf(Order, from);
                bool pastNodes = Transports.Contains(to) && from != Order[^1];
                if (upward || pastNodes)
                    violations.Add($"{from}/{type.Name} uses {to}/{used.Name}");
            }
        }

        Assert.That(violations, Is.Empty);
        Assert.That(checkedUses, Is.GreaterThan(50), "the test sees the dependencies");
    }

    [GeneratedRegex(@"^\s*(?:public|internal)(?: \w+)* (?:class|struct|interface|enum|record(?: struct)?) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration { get; }

    // By file, since public types share one namespace wherever they are kept.
    private static Dictionary<string, string> FoldersOfTypes()
    {
        Dictionary<string, string> folders = [];
        foreach (string folder in Order.Append(ForAll))
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(Source, folder), "*.cs"))
            {
                foreach (Match match in Declaration.Matches(File.ReadAllText(file)))
                    folders[match.Groups[1].Value] = folder;
            }
        }

        return folders;
    }

    private static string? FolderOf(IType type, Dictionary<string, string> folders)
    {
        // A generic parameter has no namespace.
        string space = type.Namespace?.FullName ?? "";
        if (!space.StartsWith("CacheRing", StringComparison.Ordinal) && space != "Microsoft.Extensions.DependencyInjection")
            return null;

        // A nested type (a state machine, say) belongs to the outermost one; generics carry their arity.
        string outermost = type.FullName[(space.Length + 1)..].Split('+', '/', '`')[0];
        return folders.GetValueOrDefault(outermost);
    }
}
