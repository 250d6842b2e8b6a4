//! How much memory the process takes from the system at once.

/// Takes small pages from now on.
///
/// Large ones make a rendering fast, which works all the time. Who waits for somebody else most of the time — an editor, a
/// cluster — is larger with them, since half of each stays empty, and slower where the system has to look for them.
pub(crate) fn stay_small() {
    // Where the system refuses, the process is larger and works all the same. Programs that it starts inherit this.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
