using System.Text;
using CacheRing.Testing.Redis;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;

namespace CacheRing.Testing.Hosting;

/// <summary>
/// A Redis server in a container, for machines with a Docker engine and no <c>redis-server</c>. It can all that a child process can,
/// except be a replica: the servers do not see each other's loopback address.
/// </summary>
internal sealed class RedisContainerHost : IServerHost
{
    private const string Image = "redis:7.2-alpine";
    private const int ImageMajorVersion = 7;
    private const string Directory = "/data";

    private readonly RedisServerOptions _options;
    private readonly RedisProbe _probe;
    private IContainer? _container;

    private RedisContainerHost(RedisServerOptions options, RedisProbe probe)
    {
        _options = options;
        _probe = probe;
    }

    public string Host => "127.0.0.1";

    // A fixed port, the same in and out: Docker would choose another one at every start.
    public int Port { get; } = FreePort.Next();

    public int Pid => 0;

    public bool IsRunning => _container?.State is TestcontainersStates.Running or TestcontainersStates.Paused;

    public static async Task<RedisContainerHost> StartNewAsync(
        RedisServerOptions options, RedisProbe probe, CancellationToken cancellationToken)
    {
        if (options.ReplicaOf is not null)
        {
            throw new NotSupportedException($"A replica needs {RedisRecipe.Program} on the PATH. {RedisRecipe.Install}");
        }

        var host = new RedisContainerHost(options, probe);
        try
        {
            await host.StartAsync(keepData: false, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async Task StartAsync(bool keepData, CancellationToken cancellationToken)
    {
        if (!keepData || _container is null)
        {
            await DisposeAsync();
            _container = Build();
        }

        await _container.StartAsync(cancellationToken);
        try
        {
            await Poll.UntilAsync(
                () => _probe.IsReadyAsync(Port, pid: 0, cancellationToken),
                $"the {Image} container to answer on port {Port}",
                cancellationToken: cancellationToken);
        }
        catch (TimeoutException exception)
        {
            var (output, errors) = await _container.GetLogsAsync(ct: cancellationToken);
            throw new TimeoutException($"{exception.Message} It wrote:\n{output}{errors}", exception);
        }
    }

    // The engine's stop asks in good order first; a server without `save` points loses its memory either way.
    public Task KillAsync() => StopAsync();

    public async Task StopAsync()
    {
        if (IsRunning)
        {
            Resume();
            await _container!.StopAsync();
        }
    }

#pragma warning disable VSTHRD002 // A signal needs no waiting, so the rig's contract has none; in tests there is no context to deadlock on.
    public void Suspend() => _container!.PauseAsync().GetAwaiter().GetResult();

    public void Resume()
    {
        if (_container?.State == TestcontainersStates.Paused)
        {
            _container.UnpauseAsync().GetAwaiter().GetResult();
        }
    }
#pragma warning restore VSTHRD002

    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
            _container = null;
        }
    }

    private IContainer Build()
    {
        const string Inside = "/usr/local/etc/redis/";
        var certificate = _options.Tls;
        var options = certificate is null ? _options : _options with
        {
            Tls = new ServerCertificate(Inside + "server.crt", Inside + "server.key", Inside + "authority.crt"),
        };
        var text = new RedisConfiguration(options).ToText(Port, Directory, ImageMajorVersion, bind: "0.0.0.0") + "protected-mode no\n";
        var builder = new ContainerBuilder(Image)
            .WithPortBinding(Port, Port)
            .WithResourceMapping(Encoding.UTF8.GetBytes(text), Inside + RedisConfiguration.FileName)
            .WithCommand([RedisRecipe.Program, Inside + RedisConfiguration.FileName, .. _options.ExtraArguments]);
        return certificate is null
            ? builder.Build()
            : builder
                .WithResourceMapping(File.ReadAllBytes(certificate.CertificateFile), options.Tls!.CertificateFile)
                .WithResourceMapping(File.ReadAllBytes(certificate.KeyFile), options.Tls.KeyFile)
                .WithResourceMapping(File.ReadAllBytes(certificate.AuthorityFile), options.Tls.AuthorityFile)
                .Build();
    }
}
