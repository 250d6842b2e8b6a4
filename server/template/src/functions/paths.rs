//! Cutting paths into pieces. The `os` forms are Go's `path/filepath` on Linux, where charts are rendered
//! the same everywhere.

use golang::path;

use crate::{Function, Str, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("base", base),
    function!("dir", dir),
    function!("clean", clean),
    function!("ext", ext),
    function!("isAbs", is_abs),
    function!("osBase", os_base),
    function!("osDir", os_dir),
    function!("osClean", os_clean),
    function!("osExt", os_ext),
    function!("osIsAbs", os_is_abs),
];

/// The last element of a path.
///
/// `{{ base "files/app/config.yaml" }}` gives `config.yaml`
pub fn base(name: Str) -> String {
    path::base(&name.to_text()).to_owned()
}

/// All but the last element of a path.
///
/// `{{ dir "files/app/config.yaml" }}` gives `files/app`
pub fn dir(name: Str) -> String {
    path::dir(&name.to_text())
}

/// The shortest path that means the same.
///
/// `{{ clean "files/./app/../config.yaml" }}` gives `files/config.yaml`
pub fn clean(name: Str) -> String {
    path::clean(&name.to_text())
}

/// The last element of a path from its last dot on.
///
/// `{{ ext "files/config.yaml" }}` gives `.yaml`
pub fn ext(name: Str) -> String {
    path::ext(&name.to_text()).to_owned()
}

/// Whether a path starts at the root.
///
/// `{{ isAbs "/etc/config.yaml" }}` gives `true`
pub fn is_abs(name: Str) -> bool {
    path::is_abs(&name.to_text())
}

/// The last element of a file path of the operating system; the same as `base`.
///
/// `{{ osBase "/etc/config.yaml" }}` gives `config.yaml`
pub fn os_base(name: Str) -> String {
    base(name)
}

/// All but the last element of a file path of the operating system; the same as `dir`.
///
/// `{{ osDir "/etc/config.yaml" }}` gives `/etc`
pub fn os_dir(name: Str) -> String {
    dir(name)
}

/// The shortest file path of the operating system that means the same; the same as `clean`.
///
/// `{{ osClean "/etc//app/" }}` gives `/etc/app`
pub fn os_clean(name: Str) -> String {
    clean(name)
}

/// The last element of a file path of the operating system from its last dot on; the same as `ext`.
///
/// `{{ osExt "/etc/config.yaml" }}` gives `.yaml`
pub fn os_ext(name: Str) -> String {
    ext(name)
}

/// Whether a file path of the operating system starts at the root; the same as `isAbs`.
///
/// `{{ osIsAbs "etc/config.yaml" }}` gives `false`
pub fn os_is_abs(name: Str) -> bool {
    is_abs(name)
}
