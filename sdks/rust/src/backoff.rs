// SPDX-License-Identifier: MIT
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Pauses that double, half of each at random, so that many clients do not come back at once.
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first.min(longest) }
    }

    pub(crate) fn pause(&mut self) -> Duration {
        let whole = self.next;
        self.next = (whole * 2).min(self.longest);
        whole.mul_f64(0.5 + 0.5 * random())
    }

    pub(crate) fn reset(&mut self) {
        self.next = self.first.min(self.longest);
    }
}

/// From 0 up to 1. The keys of the standard library's hash tables are random; that is all it takes.
fn random() -> f64 {
    RandomState::new().hash_one(0u8) as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(300));
        for whole in [100, 200, 300, 300] {
            let pause = backoff.pause();
            assert!(pause >= Duration::from_millis(whole / 2), "{pause:?} of {whole}");
            assert!(pause <= Duration::from_millis(whole), "{pause:?} of {whole}");
        }
        backoff.reset();
        assert!(backoff.pause() <= Duration::from_millis(100));
    }
}
