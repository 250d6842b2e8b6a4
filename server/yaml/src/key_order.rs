//! The order of keys that go-yaml prints: made for people, who want `k9` before `k10` (`sorter.go`).

use std::cmp::Ordering;

/// Compares two keys: letters by code, other characters before letters, runs of digits as numbers.
pub fn key_order(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(a, b)| a != b) else { return a.len().cmp(&b.len()) };
    match (a[at].is_alphabetic(), b[at].is_alphabetic()) {
        (true, true) => a[at].cmp(&b[at]),
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => compare_numbers(&a, &b, at),
    }
}

/// Both differ at `at` and neither is a letter there.
fn compare_numbers(a: &[char], b: &[char], at: usize) -> Ordering {
    // A zero that is not leading counts: with a one in front of both, as many digits stay as many.
    let zero = a[at] == '0' || b[at] == '0';
    let run = a[..at].iter().rev().take_while(|it| it.is_ascii_digit());
    let start = i64::from(zero && run.into_iter().any(|it| *it != '0'));
    let number = |text: &[char]| {
        let digits = text[at..].iter().take_while(|it| it.is_ascii_digit());
        digits.fold((start, 0), |(number, len), it| {
            (number.wrapping_mul(10).wrapping_add(i64::from(*it as u32) - 48), len + 1)
        })
    };
    let ((number_a, len_a), (number_b, len_b)) = (number(a), number(b));
    number_a.cmp(&number_b).then(len_a.cmp(&len_b)).then_with(|| a[at].cmp(&b[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_for_people() {
        let mut keys = vec!["k10", "k9", "a1", "a-1", "01", "1", "b", "B", "ab", "a"];
        keys.sort_by(|a, b| key_order(a, b));
        assert_eq!(keys, ["1", "01", "B", "a", "a-1", "a1", "ab", "b", "k9", "k10"]);
    }
}
