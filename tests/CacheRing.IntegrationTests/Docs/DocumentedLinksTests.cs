using System.Text.RegularExpressions;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.Docs;

/// <summary>Every link of the README, the docs and the texts beside them leads to a file that is there, and to a heading in it.</summary>
[TestFixture]
public sealed partial class DocumentedLinksTests
{
    [Test]
    public void Every_link_leads_somewhere()
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Repository.Root, "*.md"),
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories),
        ];
        (string File, string Target)[] links = [.. files.SelectMany(static file => Link.Matches(File.ReadAllText(file)).Select(match => (file, match.Groups[1].Value)))];
        Assert.That(links, Has.Length.GreaterThan(50));
        Assert.That(links.Where(static link => !Leads(link.File, link.Target)), Is.Empty);
    }

    private static bool Leads(string file, string target)
    {
        if (target.StartsWith("https://", StringComparison.Ordinal))
            return true;
        string[] parts = target.Split('#');
        string path = parts[0].Length == 0 ? file : Path.Combine(Path.GetDirectoryName(file)!, parts[0]);
        if (parts.Length == 1)
            return File.Exists(path) || Directory.Exists(path);
        return File.Exists(path) && Heading.Matches(File.ReadAllText(path)).Any(match => Anchor(match.Groups[1].Value) == parts[1]);
    }

    // As forges make them: lower case, without punctuation, spaces become dashes.
    private static string Anchor(string heading) => NoAnchor.Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link { get; }

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading { get; }

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor { get; }
}
