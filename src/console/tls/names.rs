//! The names and addresses by which this computer is reached.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustls::pki_types::ServerName;

use super::Error;

/// Those of a server that listens at this address, and some that were named.
///
/// # Errors
/// [`Error::Name`] for one that is none.
pub fn of(address: IpAddr, named: &[String]) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for name in named {
        let name = name.trim().trim_end_matches('.').to_ascii_lowercase();
        if ServerName::try_from(name.as_str()).is_err() {
            return Err(Error::Name { name });
        }
        names.push(name);
    }
    if address.is_unspecified() {
        names.extend(addresses().iter().map(ToString::to_string));
    } else {
        names.push(address.to_string());
    }
    if let Some(host) = host_name().filter(|host| ServerName::try_from(host.as_str()).is_ok()) {
        if !host.contains('.') {
            names.push(format!("{host}.local"));
        }
        names.push(host);
    }
    names.extend(["localhost".to_owned(), "127.0.0.1".to_owned()]);
    let mut seen = Vec::new();
    names.retain(|name| {
        let is_new = !seen.contains(name);
        seen.push(name.clone());
        is_new
    });
    Ok(names)
}

fn host_name() -> Option<String> {
    let text = ["/proc/sys/kernel/hostname", "/etc/hostname"].iter().find_map(|path| fs::read_to_string(path).ok())?;
    Some(text.trim().to_ascii_lowercase()).filter(|name| !name.is_empty())
}

/// The computer's own addresses, without those that reach only itself or only the next wire.
fn addresses() -> Vec<IpAddr> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let mut all: Vec<IpAddr> = version_4(&read("/proc/net/fib_trie")).into_iter().map(IpAddr::V4).collect();
    all.extend(version_6(&read("/proc/net/if_inet6")).into_iter().map(IpAddr::V6));
    all
}

/// Those that the kernel's table of routes calls local.
fn version_4(table: &str) -> Vec<Ipv4Addr> {
    let mut found: Vec<Ipv4Addr> = Vec::new();
    let mut last = None;
    for line in table.lines().map(str::trim) {
        if let Some(address) = line.strip_prefix("|-- ") {
            last = address.parse::<Ipv4Addr>().ok();
        } else if line == "/32 host LOCAL" {
            found.extend(last.take().filter(|address| !address.is_loopback() && !found.contains(address)));
        }
    }
    found
}

/// Those of the kernel's list of interfaces: 32 hexadecimal digits begin each line.
fn version_6(list: &str) -> Vec<Ipv6Addr> {
    let addresses = list.lines().filter_map(|line| u128::from_str_radix(line.split(' ').next()?, 16).ok());
    let addresses = addresses.map(Ipv6Addr::from_bits);
    addresses.filter(|address| !address.is_loopback() && !address.is_unicast_link_local()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_from_the_tables_of_the_kernel() {
        let table = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n     +-- 192.168.1.0/24 2 0 2\n\
                     \x20       |-- 192.168.1.0\n           /24 link UNICAST\n        |-- 192.168.1.7\n           /32 host LOCAL\n\
                     Local:\n        |-- 127.0.0.1\n           /32 host LOCAL\n        |-- 192.168.1.7\n           /32 host LOCAL\n";
        assert_eq!(version_4(table), [Ipv4Addr::new(192, 168, 1, 7)]);
        let list = "00000000000000000000000000000001 01 80 10 80       lo\n\
                    fe800000000000000242acfffe110002 02 40 20 80     eth0\n\
                    fd000000000000000000000000000007 02 40 00 80     eth0\nzz\n";
        assert_eq!(version_6(list), ["fd00::7".parse::<Ipv6Addr>().expect("an address")]);
    }

    #[test]
    fn what_was_named_comes_first_and_nothing_twice() {
        let address = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 5));
        let names = of(address, &["Risalah.DPRD.go.id.".to_owned(), "10.0.0.5".to_owned()]).expect("names");
        assert_eq!(names[..2], ["risalah.dprd.go.id", "10.0.0.5"]);
        assert_eq!(names.iter().filter(|name| *name == "10.0.0.5").count(), 1);
        assert!(names.contains(&"localhost".to_owned()));
        for bad in ["", "a b", "https://x", "-", "ü.id"] {
            assert!(of(address, &[bad.to_owned()]).is_err(), "{bad:?}");
        }
    }
}
