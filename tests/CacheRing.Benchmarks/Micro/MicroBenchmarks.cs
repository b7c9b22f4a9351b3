using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace CacheRing.Benchmarks.Micro;

/// <summary>Runs the benchmarks of BenchmarkDotNet, in this process: what they measure is internal to the library.</summary>
internal static class MicroBenchmarks
{
    /// <param name="args">BenchmarkDotNet's own, such as <c>--filter *Locate*</c>; all of them when empty.</param>
    /// <param name="once">Each once, only to see that it runs.</param>
    /// <exception cref="InvalidOperationException">One of them failed.</exception>
    public static void Run(string[] args, bool once)
    {
        DirectoryInfo artifacts = Directory.CreateTempSubdirectory("cachering-benchmarks-");
        Job job = (once ? Job.Dry : Job.ShortRun.WithIterationCount(9)).WithToolchain(InProcessEmitToolchain.Instance);
        ManualConfig config = (once ? ManualConfig.CreateEmpty().AddLogger(NullLogger.Instance).AddColumnProvider(DefaultColumnProviders.Instance) : ManualConfig.Create(DefaultConfig.Instance))
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .WithOptions(ConfigOptions.DisableOptimizationsValidator | ConfigOptions.JoinSummary)
            .WithArtifactsPath(artifacts.FullName);
        Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, config)];
        if (once)
            artifacts.Delete(recursive: true);
        string[] failed = [.. summaries.SelectMany(static summary => summary.Reports).Where(static report => !report.Success).Select(static report => report.BenchmarkCase.DisplayInfo)];
        if (failed.Length > 0 || summaries.All(static summary => summary.Reports.Length == 0))
            throw new InvalidOperationException($"Benchmarks failed: {string.Join(", ", failed)}.");
    }
}
