using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CacheRing.Testing;

/// <summary>
/// A certificate authority of its own with one right server certificate and the wrong ones a client must refuse. A client that trusts
/// <see cref="Authority"/> and nothing else accepts <see cref="Server"/> only. The files are gone when it is disposed.
/// </summary>
public sealed class TestCertificates : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cachering-tls-");

    public TestCertificates()
    {
        using var trusted = CreateAuthority("CacheRing test authority");
        using var untrusted = CreateAuthority("Somebody else's authority");
        Authority = X509CertificateLoader.LoadCertificate(trusted.RawData);
        Server = Issue(trusted, "server", "localhost", IPAddress.Loopback);
        WrongName = Issue(trusted, "wrong-name", "wrong.example");
        Untrusted = Issue(untrusted, "untrusted", "localhost", IPAddress.Loopback);
    }

    /// <summary>The authority a client has to trust; without its private key.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>For <c>localhost</c> and <c>127.0.0.1</c>, from <see cref="Authority"/>.</summary>
    public ServerCertificate Server { get; }

    /// <summary>For <c>wrong.example</c>, from <see cref="Authority"/>: refused by whoever checks the name.</summary>
    public ServerCertificate WrongName { get; }

    /// <summary>For <c>localhost</c> and <c>127.0.0.1</c>, from an authority nobody trusts.</summary>
    public ServerCertificate Untrusted { get; }

    public void Dispose()
    {
        Authority.Dispose();
        _directory.Refresh();
        if (_directory.Exists)
        {
            _directory.Delete(recursive: true);
        }
    }

    private static X509Certificate2 CreateAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));

        // A day early: clocks of containers differ.
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
    }

    private ServerCertificate Issue(X509Certificate2 authority, string file, string name, IPAddress? address = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (address is not null)
        {
            names.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));

        return new ServerCertificate(
            Write(file + ".crt", certificate.ExportCertificatePem()),
            Write(file + ".key", key.ExportPkcs8PrivateKeyPem()),
            Write(file + "-authority.crt", authority.ExportCertificatePem()));
    }

    private string Write(string file, string pem)
    {
        var path = Path.Combine(_directory.FullName, file);
        File.WriteAllText(path, pem);
        return path;
    }
}
