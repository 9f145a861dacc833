//! Networks of addresses, and whose word about a client's address is taken: behind a proxy every request comes from the
//! proxy, and what `X-Forwarded-For` says is said by whoever sent it.

use std::net::IpAddr;

/// An address, or those that begin like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// How many bits they have in common.
    bits: u32,
}

/// A text that is neither an address nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address and no network")]
pub struct NoNetwork(pub String);

impl std::str::FromStr for Network {
    type Err = NoNetwork;

    /// Reads `10.0.0.7`, `10.0.0.0/8`, `::1` or `fd00::/8`.
    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let wrong = || NoNetwork(text.to_owned());
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        if bits > most { Err(wrong()) } else { Ok(Self { address, bits }) }
    }
}

impl Network {
    /// Whether an address is one of these.
    pub fn contains(&self, address: IpAddr) -> bool {
        let same = |ours: u128, theirs: u128, width: u32| {
            let rest = width.saturating_sub(self.bits);
            (ours ^ theirs).checked_shr(rest).unwrap_or(0) == 0
        };
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => same(ours.to_bits().into(), theirs.to_bits().into(), 32),
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => same(ours.to_bits(), theirs.to_bits(), 128),
            _ => false,
        }
    }
}

/// The address that a request comes from: the peer's, or, where that is a trusted proxy, the last one in what was forwarded
/// that is not (ASVS 5.0 V4.1.3: nobody else may say where they come from). `forwarded` is `X-Forwarded-For`, each proxy
/// having added at the end whom it was asked by.
pub fn client(peer: IpAddr, forwarded: &[&str], trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    for said in forwarded.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !is_trusted(client) {
            break;
        }
        // A proxy that does not say whom it was asked by is the last thing that is known.
        let Some(address) = address(said.trim()) else { break };
        client = address.to_canonical();
    }
    client
}

/// An address as proxies write it, perhaps with a port.
fn address(text: &str) -> Option<IpAddr> {
    let socket = || text.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip());
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    text.parse().ok().or_else(socket).or_else(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        client(peer.parse().unwrap(), forwarded, &trusted).to_string()
    }

    #[test]
    fn nobody_is_believed_unless_trusted() {
        assert_eq!(from("203.0.113.9", &["198.51.100.1"], &[]), "203.0.113.9");
        assert_eq!(from("203.0.113.9", &["198.51.100.1"], &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_is_believed_about_the_hop_before_it_and_nothing_further() {
        let trusted = ["10.0.0.0/8", "fd00::1"];
        assert_eq!(from("10.1.2.3", &["198.51.100.1"], &trusted), "198.51.100.1");
        assert_eq!(from("10.1.2.3", &["1.1.1.1, 198.51.100.1"], &trusted), "198.51.100.1", "forged by the client");
        assert_eq!(from("10.1.2.3", &["1.1.1.1", "198.51.100.1"], &trusted), "198.51.100.1");
        assert_eq!(from("fd00::1", &["1.1.1.1, 198.51.100.1, 10.9.9.9"], &trusted), "198.51.100.1");
        assert_eq!(from("::ffff:10.1.2.3", &["::ffff:198.51.100.1"], &trusted), "198.51.100.1");
        assert_eq!(from("10.1.2.3", &["10.4.4.4"], &trusted), "10.4.4.4", "within the house");
    }

    #[test]
    fn what_is_no_address_ends_the_way_back() {
        let trusted = ["10.0.0.0/8"];
        for said in ["", "unknown", "1.1.1.1, ", "198.51.100.1, _hidden"] {
            assert_eq!(from("10.1.2.3", &[said], &trusted), "10.1.2.3", "{said}");
        }
        assert_eq!(from("10.1.2.3", &["198.51.100.1:4711"], &trusted), "198.51.100.1");
        assert_eq!(from("10.1.2.3", &["[2001:db8::1]:4711"], &trusted), "2001:db8::1");
        assert_eq!(from("10.1.2.3", &["[2001:db8::1]"], &trusted), "2001:db8::1");
    }

    #[test]
    fn networks_are_read_and_hold_what_begins_alike() {
        let holds =
            |network: &str, address: &str| network.parse::<Network>().unwrap().contains(address.parse().unwrap());
        assert!(holds("192.168.4.0/22", "192.168.7.255") && !holds("192.168.4.0/22", "192.168.8.0"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && holds("::/0", "2001:db8::1") && !holds("::/0", "8.8.8.8"));
        assert!(holds("fd00::/8", "fdff::1") && !holds("fd00::/8", "fe80::1"));
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "proxy", "10.0.0.1/", "10.0.0.1/-1"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
