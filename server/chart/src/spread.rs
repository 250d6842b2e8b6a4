//! Work that can be done in any order, for whoever has several processors to do it on.

/// Does things that do not depend on each other.
pub trait Spread {
    /// Calls `work` once for each number below `sizes.len()`, in any order, perhaps several at once, and comes back
    /// when all is done. The sizes are bytes, and say what each will take compared with the others.
    fn each(&self, sizes: &[usize], work: &(dyn Fn(usize) + Sync));
}

/// One after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct InTurn;

impl Spread for InTurn {
    fn each(&self, sizes: &[usize], work: &(dyn Fn(usize) + Sync)) {
        (0..sizes.len()).for_each(work);
    }
}
