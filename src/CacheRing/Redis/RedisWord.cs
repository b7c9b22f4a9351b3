using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace CacheRing.Redis;

/// <summary>A word by which a server refuses, and what it means.</summary>
internal sealed class RedisWord
{
    private readonly Regex? _command;
    private readonly bool _isCode;

    /// <param name="word">The text: one in capitals begins the reply, any other is in it.</param>
    /// <param name="kind">The kind of failure.</param>
    /// <param name="text">The rest of a sentence that begins with the node: {0} is a command, {1} the database; null for that of the kind.</param>
    /// <param name="command">Finds the command that the reply names; null when it names none that matters.</param>
    public RedisWord(string word, NodeFailureKind kind, string? text = null, Regex? command = null)
    {
        Word = word;
        Kind = kind;
        Text = text ?? RedisFaults.Describe(kind);
        _command = command;
        _isCode = word.All(char.IsAsciiLetterUpper);
    }

    public string Word { get; }

    public NodeFailureKind Kind { get; }

    public string Text { get; }

    public bool TryRead(string reply, int database, [NotNullWhen(true)] out RedisRefusal? refusal)
    {
        refusal = null;
        if (!(_isCode ? reply.StartsWith(Word, StringComparison.Ordinal) : reply.Contains(Word, StringComparison.OrdinalIgnoreCase)))
            return false;
        Match? match = _command?.Match(reply);
        if (match is { Success: false })
            return false;
        refusal = new RedisRefusal(Kind, string.Format(CultureInfo.InvariantCulture, Text, match is null ? "" : NameIn(match), database));
        return true;
    }

    public static string NameIn(Match match) => match.Groups[1].Value.ToUpperInvariant();
}
