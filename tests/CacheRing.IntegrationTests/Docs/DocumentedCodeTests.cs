using System.Text.RegularExpressions;
using CacheRing.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CacheRing.IntegrationTests.Docs;

/// <summary>Every C# block in the README and the docs compiles, so that what is copied from there works.</summary>
[TestFixture]
public sealed partial class DocumentedCodeTests
{
    // What an ASP.NET Core project has without saying so, and what the texts take for granted.
    private const string Preamble = """
        global using System;
        global using System.Collections.Generic;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using CacheRing;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.Extensions.Caching.Distributed;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        """;

    // The user's own, of which the texts show no more than its use.
    private const string Database = """
        public sealed record Product(int Id, string Name, decimal Price);
        public sealed class ProductDatabase
        {
            public Task<Product?> FindAsync(int id, CancellationToken token) => throw null!;
            public Task SaveAsync(int id, Product product, CancellationToken token) => throw null!;
            public Task DeleteAsync(int id, CancellationToken token) => throw null!;
            public Task<long?> ViewsOfAsync(int id, CancellationToken token) => throw null!;
            public Task SaveViewsAsync(IReadOnlyList<StoreWrite<int, long>> writes, CancellationToken token) => throw null!;
            public Task SaveDeadLetterAsync(string cache, Guid id, int key, string? why, CancellationToken token) => throw null!;
        }
        """;

    private static readonly (string Name, string Declaration)[] Given =
    [
        ("services", "IServiceCollection services = new ServiceCollection();"),
        ("configuration", "IConfiguration configuration = new ConfigurationBuilder().Build();"),
        ("cache", "IShardedCache cache = null!;"),
    ];

    public static IEnumerable<TestCaseData> Blocks =>
        from file in Texts()
        from block in Block.Matches(File.ReadAllText(file)).Select(static (match, i) => (Code: match.Groups[1].Value, Number: i + 1))
        select new TestCaseData(block.Code).SetArgDisplayNames($"{Path.GetRelativePath(Repository.Root, file)} {block.Number}");

    // The README, the docs, and the READMEs that go into the packages.
    private static IEnumerable<string> Texts() =>
        Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(static project => Path.Combine(project, "README.md")).Where(File.Exists));

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block { get; }

    [GeneratedRegex(@"^using [\w.]+;\n", RegexOptions.Multiline)]
    private static partial Regex Usings { get; }

    private static string UsingsOf(string code) => string.Concat(Usings.Matches(code).Select(static match => match.Value));

    [TestCaseSource(nameof(Blocks))]
    public void The_block_compiles(string code)
    {
        string given = string.Concat(Given
            .Where(item => !code.Contains("CreateBuilder", StringComparison.Ordinal) && Regex.IsMatch(code, $@"\b{item.Name}\b"))
            .Select(static item => item.Declaration + "\n"));
        string[] references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Documented",
            [CSharpSyntaxTree.ParseText(Preamble), CSharpSyntaxTree.ParseText(UsingsOf(code) + given + Usings.Replace(code, "")), CSharpSyntaxTree.ParseText(code.Contains("ProductDatabase", StringComparison.Ordinal) ? Database : "")],
            references.Select(static path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

        Diagnostic[] errors = [.. compilation.GetDiagnostics().Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
        Assert.That(errors, Is.Empty);
    }
}
