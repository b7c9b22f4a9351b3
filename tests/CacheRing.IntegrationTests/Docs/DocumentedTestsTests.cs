using System.Text.RegularExpressions;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Docs;

/// <summary>Every test that docs/consistency.md names for a promise is there.</summary>
[TestFixture]
public sealed partial class DocumentedTestsTests
{
    [Test]
    public void The_tests_that_hold_the_contract_exist()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "consistency.md"));
        (string Class, string Method)[] named = [.. Named.Matches(text).Select(static match => (match.Groups[1].Value, match.Groups[2].Value)).Distinct()];
        string[] sources = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)];
        Assert.That(named, Has.Length.GreaterThan(10));
        Assert.That(
            named.Where(test => !sources.Any(source =>
                Regex.IsMatch(source, $@"\bclass {test.Class}\b") && Regex.IsMatch(source, $@"public (async )?(Task|void) {test.Method}\("))),
            Is.Empty);

        string[] promises = [.. text.Split('\n').Where(static line => Regex.IsMatch(line, @"^\| \d+ \|"))];
        Assert.That(promises.Where(static line => !Named.IsMatch(line) && !line.Contains("the same two", StringComparison.Ordinal)), Is.Empty, "a promise without a test");
    }

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex Named { get; }
}
