//! What libFuzzer calls: a target whose verdicts are counted.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use libfuzzer_sys::Corpus;

use crate::Verdict;

/// Verdicts in the order accepted, rejected, discarded.
static COUNTS: [AtomicU64; 3] = [const { AtomicU64::new(0) }; 3];

/// Runs a target on an input. An input that is none for the target stays out of the corpus.
///
/// libFuzzer ends the process by itself, so the counts go to standard error on the way, in lines that
/// `cargo xtask fuzz` reads: `verdicts: 96 accepted, 28 rejected, 4 discarded`. The last line counts at
/// least 31 of 32 executions.
pub fn run(target: fn(&[u8]) -> Verdict, data: &[u8]) -> Corpus {
    let verdict = target(data);
    let which = match verdict {
        Verdict::Accepted => 0,
        Verdict::Rejected => 1,
        Verdict::Discarded => 2,
    };
    COUNTS[which].fetch_add(1, Ordering::Relaxed);
    let [accepted, rejected, discarded] =
        [0, 1, 2].map(|which: usize| COUNTS[which].load(Ordering::Relaxed));
    if is_told(accepted + rejected + discarded) {
        eprintln!("verdicts: {accepted} accepted, {rejected} rejected, {discarded} discarded");
    }
    match verdict {
        Verdict::Discarded => Corpus::Reject,
        Verdict::Accepted | Verdict::Rejected => Corpus::Keep,
    }
}

/// Returns whether the counts are written after so many executions: 32 times until they double.
fn is_told(executions: u64) -> bool {
    let step = (executions >> 5)
        .checked_ilog2()
        .map_or(1, |bits| 1 << bits);
    executions >= 64 && executions.is_multiple_of(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_counts_are_of_nearly_all_executions() {
        let told: Vec<u64> = (1..100_000).filter(|&count| is_told(count)).collect();
        assert_eq!(told[..3], [64, 66, 68]);
        for pair in told.windows(2) {
            assert!((pair[1] - pair[0]) * 32 <= pair[1], "{pair:?}");
        }
        assert!(told.len() < 400, "{}", told.len());
    }
}
