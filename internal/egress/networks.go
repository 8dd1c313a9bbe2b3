package egress

import (
	"net/netip"
	"slices"
	"syscall"

	"code.dny.dev/ssrf"
)

// metadata are the addresses at which clouds tell a machine its secrets. They are refused
// even within networks that are allowed, and one of them is a public address.
var metadata = []netip.Addr{
	netip.MustParseAddr("169.254.169.254"), // AWS, Azure, Google, Oracle, DigitalOcean, …
	netip.MustParseAddr("169.254.170.2"),   // AWS, for containers
	netip.MustParseAddr("169.254.170.23"),  // AWS, for pods
	netip.MustParseAddr("100.100.100.200"), // Alibaba
	netip.MustParseAddr("192.0.0.192"),     // Oracle
	netip.MustParseAddr("168.63.129.16"),   // Azure's host
	netip.MustParseAddr("fd00:ec2::254"),   // AWS
	netip.MustParseAddr("fd00:ec2::23"),    // AWS, for pods
	netip.MustParseAddr("fd20:ce::254"),    // Google
}

// guardian knows IANA's special networks, and those that are allowed all the same.
func guardian(p Policy) *ssrf.Guardian {
	var v4, v6 []netip.Prefix
	for _, network := range p.AllowedNetworks {
		prefix, err := netip.ParsePrefix(network)
		switch {
		case err != nil: // Policy.Check has said so
		case prefix.Addr().Is4():
			v4 = append(v4, prefix.Masked())
		default:
			v6 = append(v6, prefix.Masked())
		}
	}
	return ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))
}

// control is asked with every address that is about to be connected to, after names were
// resolved: what it sees is what is called, whatever a name resolves to before or after.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return refuse("is no address that can be called")
	}
	return c.checkAddr(target.Addr())
}

// checkAddr refuses addresses outside the public internet and the networks that are
// allowed.
func (c *Client) checkAddr(ip netip.Addr) error {
	ip = ip.Unmap().WithZone("")
	if slices.Contains(metadata, ip) || c.guardian.SafeAddr(ip) != nil {
		return refuse("is at an address that this server does not call: it is no public one")
	}
	return nil
}
