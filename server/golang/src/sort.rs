//! Sorting as Go does it where the order of equal things is seen: `sort.Slice` keeps it for a dozen of them and not for more.
//!
//! It is the pattern-defeating quicksort of Orson Peters (<https://arxiv.org/pdf/2106.05123.pdf>), with Go's choice of pivots.

/// Up to so many are inserted one by one, which is stable.
const FEW: usize = 12;
/// From so many on more of them are asked for a pivot, and a nearly sorted slice is mended.
const MANY: usize = 50;

/// Sorts as `sort.Slice` does.
pub fn sort_unstable_by<T>(slice: &mut [T], less: impl Fn(&T, &T) -> bool) {
    let limit = usize::BITS - slice.len().leading_zeros();
    let end = slice.len();
    Sort { slice, less }.sort(0, end, limit);
}

struct Sort<'s, T, L> {
    slice: &'s mut [T],
    less: L,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hint {
    Unknown,
    Increasing,
    Decreasing,
}

impl<T, L: Fn(&T, &T) -> bool> Sort<'_, T, L> {
    fn less(&self, a: usize, b: usize) -> bool {
        (self.less)(&self.slice[a], &self.slice[b])
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.slice.swap(a, b);
    }

    fn sort(&mut self, mut start: usize, mut end: usize, mut limit: u32) {
        let (mut balanced, mut partitioned) = (true, true);
        loop {
            let len = end - start;
            if len <= FEW {
                return self.insert(start, end);
            }
            if limit == 0 {
                return self.heap_sort(start, end);
            }
            if !balanced {
                self.break_patterns(start, end);
                limit -= 1;
            }
            let (mut pivot, mut hint) = self.pivot(start, end);
            if hint == Hint::Decreasing {
                self.slice[start..end].reverse();
                pivot = end - 1 - (pivot - start);
                hint = Hint::Increasing;
            }
            if balanced && partitioned && hint == Hint::Increasing && self.mend(start, end) {
                return;
            }
            if start > 0 && !self.less(start - 1, pivot) {
                start = self.partition_equal(start, end, pivot);
                continue;
            }
            let (middle, was_partitioned) = self.partition(start, end, pivot);
            partitioned = was_partitioned;
            let (left, right) = (middle - start, end - middle);
            balanced = left.min(right) >= len / 8;
            if left < right {
                self.sort(start, middle, limit);
                start = middle + 1;
            } else {
                self.sort(middle + 1, end, limit);
                end = middle;
            }
        }
    }

    fn insert(&mut self, start: usize, end: usize) {
        for next in start + 1..end {
            let mut at = next;
            while at > start && self.less(at, at - 1) {
                self.swap(at, at - 1);
                at -= 1;
            }
        }
    }

    fn heap_sort(&mut self, start: usize, end: usize) {
        let len = end - start;
        for root in (0..=(len - 1) / 2).rev() {
            self.sift_down(start, root, len);
        }
        for last in (0..len).rev() {
            self.swap(start, start + last);
            self.sift_down(start, 0, last);
        }
    }

    fn sift_down(&mut self, first: usize, mut root: usize, len: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= len {
                return;
            }
            if child + 1 < len && self.less(first + child, first + child + 1) {
                child += 1;
            }
            if !self.less(first + root, first + child) {
                return;
            }
            self.swap(first + root, first + child);
            root = child;
        }
    }

    /// Swaps a few in the middle with others that look random, and are the same each time.
    fn break_patterns(&mut self, start: usize, end: usize) {
        let len = end - start;
        if len < 8 {
            return;
        }
        let mut random = len as u64;
        let mask = (1_usize << (usize::BITS - len.leading_zeros())) - 1;
        let middle = start + len / 4 * 2;
        for at in middle - 1..=middle + 1 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let other = random as usize & mask;
            self.swap(at, start + if other >= len { other - len } else { other });
        }
    }

    fn pivot(&self, start: usize, end: usize) -> (usize, Hint) {
        const MOST_SWAPS: usize = 12;
        let len = end - start;
        let mut swaps = 0;
        let quarter = len / 4;
        let mut places = [start + quarter, start + quarter * 2, start + quarter * 3];
        if len >= MANY {
            places = places.map(|at| self.median([at - 1, at, at + 1], &mut swaps));
        }
        let pivot = if len >= 8 { self.median(places, &mut swaps) } else { places[1] };
        let hint = match swaps {
            0 => Hint::Increasing,
            MOST_SWAPS => Hint::Decreasing,
            _ => Hint::Unknown,
        };
        (pivot, hint)
    }

    fn median(&self, [mut a, mut b, mut c]: [usize; 3], swaps: &mut usize) -> usize {
        let mut order = |a: &mut usize, b: &mut usize| {
            if self.less(*b, *a) {
                *swaps += 1;
                std::mem::swap(a, b);
            }
        };
        order(&mut a, &mut b);
        order(&mut b, &mut c);
        order(&mut a, &mut b);
        b
    }

    /// Puts what is less than the pivot before it. Also tells whether it was there already.
    fn partition(&mut self, start: usize, end: usize, pivot: usize) -> (usize, bool) {
        self.swap(start, pivot);
        let (mut low, mut high) = (start + 1, end - 1);
        let mut already = true;
        loop {
            while low <= high && self.less(low, start) {
                low += 1;
            }
            while low <= high && !self.less(high, start) {
                high -= 1;
            }
            if low > high {
                self.swap(high, start);
                return (high, already);
            }
            already = false;
            self.swap(low, high);
            low += 1;
            high -= 1;
        }
    }

    /// Puts what equals the pivot, which is the least, before the rest. Answers where that begins.
    fn partition_equal(&mut self, start: usize, end: usize, pivot: usize) -> usize {
        self.swap(start, pivot);
        let (mut low, mut high) = (start + 1, end - 1);
        loop {
            while low <= high && !self.less(start, low) {
                low += 1;
            }
            while low <= high && self.less(start, high) {
                high -= 1;
            }
            if low > high {
                return low;
            }
            self.swap(low, high);
            low += 1;
            high -= 1;
        }
    }

    /// Shifts a few that stand wrong; true if all is sorted then.
    fn mend(&mut self, start: usize, end: usize) -> bool {
        const STEPS: usize = 5;
        let mut at = start + 1;
        for _ in 0..STEPS {
            while at < end && !self.less(at, at - 1) {
                at += 1;
            }
            if at == end {
                return true;
            }
            if end - start < MANY {
                return false;
            }
            self.swap(at, at - 1);
            if at - start >= 2 {
                for left in (1..at).rev() {
                    if !self.less(left, left - 1) {
                        break;
                    }
                    self.swap(left, left - 1);
                }
            }
            if end - at >= 2 {
                for right in at + 1..end {
                    if !self.less(right, right - 1) {
                        break;
                    }
                    self.swap(right, right - 1);
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random, by what they leave when divided, and their places.
    fn sorted(len: usize, kinds: usize) -> Vec<(usize, usize)> {
        let mut seed = 7_usize;
        let mut items: Vec<_> = (0..len)
            .map(|at| {
                seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
                (seed / 65_536 % kinds, at)
            })
            .collect();
        sort_unstable_by(&mut items, |a, b| a.0 < b.0);
        items
    }

    #[test]
    fn what_is_sorted_is_in_order() {
        for len in [0, 1, 12, 13, 49, 50, 51, 200, 5_000] {
            for kinds in [1, 2, 5, 1_000] {
                let items = sorted(len, kinds);
                assert!(items.windows(2).all(|pair| pair[0].0 <= pair[1].0), "{len} of {kinds}");
            }
        }
    }

    #[test]
    fn a_dozen_keeps_its_order() {
        assert!(sorted(12, 2).windows(2).all(|pair| pair[0] < pair[1]));
    }
}
