//! `run.json`: when, where and how fast. It is kept apart from the results, which are the same for
//! the same adapter on any machine.

use core::time::Duration;
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::run::Progress;

/// The version of the file format.
const FORMAT: u64 = 1;

/// Listens to a run, passes everything on, and takes the time.
pub(super) struct Timed<'a> {
    inner: &'a mut dyn Progress,
    started: SystemTime,
    start: Instant,
    last: Instant,
    /// Cases per topic, and the time until each was answered, from the answer before.
    topics: BTreeMap<String, (u64, Duration)>,
}

impl<'a> Timed<'a> {
    pub(super) fn new(inner: &'a mut dyn Progress) -> Self {
        let now = Instant::now();
        #[expect(
            clippy::disallowed_methods,
            reason = "the edge of the program, for the record of a run"
        )]
        let started = SystemTime::now();
        Self {
            inner,
            started,
            start: now,
            last: now,
            topics: BTreeMap::new(),
        }
    }

    /// Writes the record of the run, which ends now.
    pub(super) fn record(&self, command: &[OsString], jobs: usize) -> String {
        let since = self.started.duration_since(UNIX_EPOCH).unwrap_or_default();
        let topics = self.topics.iter().map(
            |(topic, (cases, time))| json!({ "topic": topic, "cases": cases, "ms": millis(*time) }),
        );
        let command = command.iter().map(|word| word.to_string_lossy());
        let record = json!({
            "format": FORMAT,
            "started": utc(since.as_secs()),
            "ms": millis(self.start.elapsed()),
            "host": host(),
            "command": command.collect::<Vec<_>>(),
            "jobs": jobs,
            "topics": topics.collect::<Vec<_>>(),
        });
        format!("{record:#}\n")
    }
}

impl Progress for Timed<'_> {
    fn started(&mut self, implementation: &str, cases: usize) {
        self.last = Instant::now();
        self.inner.started(implementation, cases);
    }

    fn asked(&mut self, topic: &str, left_of_topic: usize, left: usize, is_good: bool) {
        let now = Instant::now();
        let (cases, time) = self.topics.entry(topic.to_owned()).or_default();
        *cases = cases.saturating_add(1);
        *time = time.saturating_add(now.saturating_duration_since(self.last));
        self.last = now;
        self.inner.asked(topic, left_of_topic, left, is_good);
    }

    fn finished(&mut self) {
        self.inner.finished();
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Describes the machine, as far as it tells.
fn host() -> Value {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = name.or_else(|| env::var("HOSTNAME").ok());
    json!({
        "name": name.as_deref().map(str::trim).unwrap_or_default(),
        "os": env::consts::OS,
        "arch": env::consts::ARCH,
        "cores": thread::available_parallelism().map_or(0, usize::from),
    })
}

/// Writes seconds since 1970 as date and time, like `2026-11-29T08:41:26Z`.
fn utc(seconds: u64) -> String {
    const DAY: u64 = 86_400;
    let (mut days, rest) = (seconds / DAY, seconds % DAY);
    let mut year = 1970;
    while days >= length(year) {
        days -= length(year);
        year += 1;
    }
    let february = if length(year) == 366 { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    let day = days + 1;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Returns how many days a year has.
const fn length(year: u64) -> u64 {
    if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) {
        366
    } else {
        365
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Options, Silent, run};
    use crate::testing;

    #[test]
    fn dates_are_those_of_the_calendar() {
        // As `date --utc --date @SECONDS` prints them.
        for (seconds, date) in [
            (0, "1970-01-01T00:00:00Z"),
            (68_255_999, "1972-02-29T23:59:59Z"),
            (68_256_000, "1972-03-01T00:00:00Z"),
            (951_827_696, "2000-02-29T12:34:56Z"),
            (1_795_941_686, "2026-11-29T08:41:26Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(utc(seconds), date);
        }
    }

    #[test]
    fn the_record_counts_every_case_and_is_as_its_schema_says() {
        let mut silent = Silent::new();
        let mut timed = Timed::new(&mut silent);
        let adapter = testing::adapter(testing::good);
        let options = Options {
            mainnet: false,
            ..Options::default()
        };
        let results = run(&testing::suite(), &adapter, &options, &mut timed);
        let record = timed.record(&["sh".into(), "adapter".into()], 3);
        let record: Value = serde_json::from_str(&record).unwrap();
        assert_eq!(testing::schema::problems("run", &record), [""; 0]);
        assert_eq!(record["command"], json!(["sh", "adapter"]));
        assert_eq!(record["jobs"], 3);
        let topics = record["topics"].as_array().unwrap();
        let cases: u64 = topics.iter().map(|t| t["cases"].as_u64().unwrap()).sum();
        assert_eq!(cases, u64::try_from(results.cases.len()).unwrap());
    }
}
