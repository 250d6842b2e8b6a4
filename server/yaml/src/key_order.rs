//! The order of keys that go-yaml prints: made for people, who want `k9` before `k10` (`sorter.go`).

use std::cmp::Ordering;

use crate::Layout;

/// Sorts entries by their keys as `layout` prints them.
///
/// The order is no order: `k9 < k10 < k1a < k9`. Go takes what comes out, which depends on chance; the sorts of
/// Rust's library may panic. This one does not, and gives the same for the same keys.
pub fn sort_keys<T>(entries: &mut Vec<T>, layout: Layout, key: impl Fn(&T) -> &str + Copy) {
    let before = |a: &T, b: &T| key_order(key(a), key(b), layout) == Ordering::Less;
    if entries.windows(2).all(|pair| before(&pair[0], &pair[1])) {
        return;
    }
    merge_sort(entries, &before);
}

fn merge_sort<T>(entries: &mut Vec<T>, before: &impl Fn(&T, &T) -> bool) {
    if entries.len() < 2 {
        return;
    }
    let mut right = entries.split_off(entries.len() / 2);
    merge_sort(entries, before);
    merge_sort(&mut right, before);
    let mut merged = Vec::with_capacity(entries.len() + right.len());
    let mut left = entries.drain(..).peekable();
    let mut right = right.into_iter().peekable();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        merged.extend(if before(b, a) { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    *entries = merged;
}

/// Compares two keys: letters by code, other characters before letters, runs of digits as numbers.
pub fn key_order(a: &str, b: &str, layout: Layout) -> Ordering {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let same = (0..=same).rev().find(|at| a.is_char_boundary(*at) && b.is_char_boundary(*at)).unwrap_or(0);
    let (prefix, rest_a, rest_b) = (&a[..same], &a[same..], &b[same..]);
    let (Some(first_a), Some(first_b)) = (rest_a.chars().next(), rest_b.chars().next()) else {
        return rest_a.len().cmp(&rest_b.len());
    };
    // To the third version a number is followed by its unit rather than by more.
    let letters_first = layout == Layout::V3 && prefix.chars().next_back().is_some_and(is_digit);
    match (first_a.is_alphabetic(), first_b.is_alphabetic()) {
        (true, true) => first_a.cmp(&first_b),
        (true, false) if letters_first => Ordering::Less,
        (false, true) if letters_first => Ordering::Greater,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            // A zero that is not leading counts: with a one in front of both, as many digits stay as many.
            let zero = first_a == '0' || first_b == '0';
            let mut digits = prefix.chars().rev().take_while(|it| is_digit(*it));
            let start = i64::from(zero && digits.any(|it| it != '0'));
            let (number_a, number_b) = (number(rest_a, start), number(rest_b, start));
            number_a.cmp(&number_b).then(first_a.cmp(&first_b))
        }
    }
}

/// The number that a text begins with, behind `start`, and its length.
fn number(text: &str, start: i64) -> (i64, usize) {
    text.chars().take_while(|it| is_digit(*it)).fold((start, 0), |(number, len), it| {
        (number.wrapping_mul(10).wrapping_add(i64::from(u32::from(it)) - 48), len + 1)
    })
}

fn is_digit(it: char) -> bool {
    it.is_ascii_digit() || !it.is_ascii() && it.is_numeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(layout: Layout, want: &[&str]) {
        let mut keys: Vec<&str> = want.iter().rev().copied().collect();
        sort_keys(&mut keys, layout, |it| it);
        assert_eq!(keys, want);
    }

    #[test]
    fn made_for_people() {
        check(Layout::V2, &["1", "01", "B", "a", "a-1", "a1", "ab", "b", "k9", "k10", "é", "北"]);
    }

    #[test]
    fn behind_digits_the_third_version_has_letters_first() {
        check(Layout::V2, &["a1-", "a1b"]);
        check(Layout::V3, &["a1b", "a1-"]);
    }

    #[test]
    fn circles_are_sorted_somehow() {
        let mut keys: Vec<String> =
            (0..500_u32).map(|it| format!("{:x}", it.wrapping_mul(2_654_435_761))).collect();
        sort_keys(&mut keys, Layout::V2, |it| it);
        assert_eq!(keys.len(), 500);
    }
}
