namespace CacheRing.Testing;

/// <summary>What a server needs to speak TLS: the paths of three PEM files.</summary>
public sealed record ServerCertificate(string CertificateFile, string KeyFile, string AuthorityFile);
