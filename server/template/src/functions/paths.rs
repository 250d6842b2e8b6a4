//! Cutting paths into pieces. The `os` forms are Go's `path/filepath` on Linux, where charts are rendered
//! the same everywhere.

use golang::path;

use super::pieces::seen_in;
use crate::{Cx, Function, Str, Text, function};

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
pub fn base(cx: &mut Cx<'_>, name: Text) -> Text {
    let cut = path::base(&name.bytes.to_text()).to_owned();
    seen_in(cx, &cut, &name)
}

/// All but the last element of a path.
///
/// `{{ dir "files/app/config.yaml" }}` gives `files/app`
pub fn dir(cx: &mut Cx<'_>, name: Text) -> Text {
    let cut = path::dir(&name.bytes.to_text());
    seen_in(cx, &cut, &name)
}

/// The shortest path that means the same.
///
/// `{{ clean "files/./app/../config.yaml" }}` gives `files/config.yaml`
pub fn clean(cx: &mut Cx<'_>, name: Text) -> Text {
    let cut = path::clean(&name.bytes.to_text());
    seen_in(cx, &cut, &name)
}

/// The last element of a path from its last dot on.
///
/// `{{ ext "files/config.yaml" }}` gives `.yaml`
pub fn ext(cx: &mut Cx<'_>, name: Text) -> Text {
    let cut = path::ext(&name.bytes.to_text()).to_owned();
    seen_in(cx, &cut, &name)
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
pub fn os_base(cx: &mut Cx<'_>, name: Text) -> Text {
    base(cx, name)
}

/// All but the last element of a file path of the operating system; the same as `dir`.
///
/// `{{ osDir "/etc/config.yaml" }}` gives `/etc`
pub fn os_dir(cx: &mut Cx<'_>, name: Text) -> Text {
    dir(cx, name)
}

/// The shortest file path of the operating system that means the same; the same as `clean`.
///
/// `{{ osClean "/etc//app/" }}` gives `/etc/app`
pub fn os_clean(cx: &mut Cx<'_>, name: Text) -> Text {
    clean(cx, name)
}

/// The last element of a file path of the operating system from its last dot on; the same as `ext`.
///
/// `{{ osExt "/etc/config.yaml" }}` gives `.yaml`
pub fn os_ext(cx: &mut Cx<'_>, name: Text) -> Text {
    ext(cx, name)
}

/// Whether a file path of the operating system starts at the root; the same as `isAbs`.
///
/// `{{ osIsAbs "etc/config.yaml" }}` gives `false`
pub fn os_is_abs(name: Str) -> bool {
    is_abs(name)
}
