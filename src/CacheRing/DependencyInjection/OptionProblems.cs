using Microsoft.Extensions.Options;

namespace CacheRing.DependencyInjection;

/// <summary>Collects what is wrong with the options of one cache.</summary>
internal sealed class OptionProblems
{
    private readonly string _cache;
    private readonly List<string> _problems = [];

    public OptionProblems(string cache)
    {
        _cache = cache;
    }

    /// <param name="option">The option's path.</param>
    /// <param name="problem">What is wrong and what to do, as the rest of the sentence, without a full stop.</param>
    public void Add(string option, string problem) => _problems.Add($"{_cache}: {option} {problem}.");

    public void AddUnless(bool isRight, string option, string problem)
    {
        if (!isRight)
            Add(option, problem);
    }

    public ValidateOptionsResult ToResult() =>
        _problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_problems);

    /// <exception cref="OptionsValidationException">There are some.</exception>
    public void ThrowIfAny(string name)
    {
        if (_problems.Count > 0)
            throw new OptionsValidationException(name, typeof(ShardedCacheOptions), _problems);
    }
}
