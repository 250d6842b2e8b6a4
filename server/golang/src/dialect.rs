//! Which Helm we are where the two in use differ.

/// The major version of Helm whose behaviour is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Helm 3.22.
    Helm3,
    /// Helm 4.3, the default.
    #[default]
    Helm4,
}
