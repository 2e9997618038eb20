//! What this machine has for a model.

use std::fs;

/// What recognition needs beside the weights: states, sound, and the rest of the program.
pub(super) const WORKING: u64 = 300 << 20;

/// Bytes of memory that this process may ever have: the machine's, or less where its control group
/// has less. `None` where the system does not say.
pub(super) fn memory() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
    let group = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let group = group.iter().find_map(|path| fs::read_to_string(path).ok()?.trim().parse().ok());
    machine.into_iter().chain(group).min()
}

fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The most memory that this process has had, in bytes.
pub(super) fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// Seconds of processor time that this process has had, in all of its threads. The clock on the
/// wall would measure what else the machine does.
pub(super) fn busy() -> Option<f64> {
    // Linux counts in hundredths of a second whatever its own clock does.
    const PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    ticks(&stat).map(|ticks| ticks as f64 / PER_SECOND)
}

/// User and system time, which stand behind the name in brackets and eleven other fields.
fn ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut number = || fields.next()?.parse::<u64>().ok();
    number()?.checked_add(number()?)
}

/// What the processor calls itself: a speed that was measured on another is not one of this
/// machine.
pub(super) fn processor() -> String {
    let name = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        text.lines().find_map(|line| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim().to_owned()))
    });
    name.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_is_the_first_line_of_its_name() {
        assert_eq!(total("MemTotal:       16384 kB\nMemFree: 1 kB\n"), Some(16_777_216));
        assert_eq!(total("MemFree: 1 kB\n"), None);
        assert_eq!(total("MemTotal: x kB\n"), None);
    }

    #[test]
    fn the_time_is_found_behind_any_name() {
        let stat = "1 (a) b (c) R 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20";
        assert_eq!((ticks(stat), ticks("1 (a) R 1 2"), ticks("")), (Some(300), None, None));
        assert!(busy().is_none_or(|seconds| seconds >= 0.0));
    }
}
