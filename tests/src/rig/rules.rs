//! When something goes wrong: rules that a server looks at for every request. What goes wrong is the server's own.

use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use regex::Regex;

/// When something goes wrong.
#[derive(Clone, Debug)]
pub struct Rule<F> {
    method: Option<&'static str>,
    path: Regex,
    nth: Option<RangeInclusive<u64>>,
    chance: Option<f64>,
    fault: F,
    matched: u64,
}

impl<F> Rule<F> {
    /// Whenever a path with its query matches a pattern.
    pub fn new(path: &str, fault: F) -> Self {
        Self { method: None, path: Regex::new(path).unwrap(), nth: None, chance: None, fault, matched: 0 }
    }

    /// Only for one method.
    pub fn method(self, method: &'static str) -> Self {
        Self { method: Some(method), ..self }
    }

    /// Only for the nth request that matches, counted from 1.
    pub fn nth(self, nth: u64) -> Self {
        self.among(nth..=nth)
    }

    /// Only for these of the requests that match, counted from 1.
    pub fn among(self, these: RangeInclusive<u64>) -> Self {
        Self { nth: Some(these), ..self }
    }

    /// Only with a probability.
    pub fn chance(self, chance: f64) -> Self {
        Self { chance: Some(chance), ..self }
    }

    fn fires(&mut self, method: &str, path: &str, dice: &mut Dice) -> bool {
        if self.method.is_some_and(|it| it != method) || !self.path.is_match(path) {
            return false;
        }
        self.matched += 1;
        self.nth.as_ref().is_none_or(|it| it.contains(&self.matched))
            && self.chance.is_none_or(|it| dice.fraction() < it)
    }
}

/// Chance from a seed (splitmix64): enough for tests, and the same everywhere.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to a bound, without it.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound.max(1)
    }

    /// A number from 0 to 1.
    pub fn fraction(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The rules of a server. The first one that fires decides what becomes of a request.
#[derive(Debug)]
pub(super) struct Rules<F> {
    rules: Mutex<(Vec<Rule<F>>, Dice)>,
    faults: AtomicU64,
}

impl<F: Clone> Rules<F> {
    pub(super) fn new(rules: Vec<Rule<F>>, seed: u64) -> Self {
        Self { rules: Mutex::new((rules, Dice(seed))), faults: AtomicU64::new(0) }
    }

    /// What is to go wrong with a request, if anything.
    pub(super) fn fault(&self, method: &str, path: &str) -> Option<F> {
        let mut rules = self.rules.lock().unwrap();
        let (rules, dice) = &mut *rules;
        let mut rules = rules.iter_mut();
        let fired = rules.find_map(|rule| rule.fires(method, path, dice).then(|| rule.fault.clone()));
        self.faults.fetch_add(u64::from(fired.is_some()), Ordering::Relaxed);
        fired
    }

    /// How many requests went wrong.
    pub(super) fn faults(&self) -> u64 {
        self.faults.load(Ordering::Relaxed)
    }
}
