using System.Net;
using System.Net.Sockets;
using CacheRing.Testing;

namespace CacheRing.IntegrationTests.RigTests;

public class FreePortTests
{
    [Test]
    public void No_port_is_given_twice()
    {
        var ports = ParallelEnumerable.Range(0, 200).Select(_ => FreePort.Next()).ToList();

        Assert.That(ports, Is.Unique);
    }

    [Test]
    public void A_port_can_be_listened_on()
    {
        using var listener = new TcpListener(IPAddress.Loopback, FreePort.Next());

        Assert.That(listener.Start, Throws.Nothing);
    }

    [Test]
    public void No_port_is_one_the_system_takes_for_outgoing_connections()
    {
        const string Range = "/proc/sys/net/ipv4/ip_local_port_range";
        Assume.That(File.Exists(Range));
        var first = int.Parse(File.ReadAllText(Range).Split()[0], System.Globalization.CultureInfo.InvariantCulture);
        Assume.That(first, Is.GreaterThanOrEqualTo(30_000), "this machine has another range");

        Assert.That(FreePort.Next(), Is.LessThan(first));
    }
}
