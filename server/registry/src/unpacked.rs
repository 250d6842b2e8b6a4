//! Charts that were fetched, unpacked where somebody can look into them: a folder for each version of each chart of each
//! source, beside what else is cached.

use std::path::{Path, PathBuf};

use chart::Dialect;
use chart::archive::{self, Member};
use golang::path;
use golang::semver::{Constraints, Version};

use crate::cache::sha256;
use crate::client::Client;
use crate::error::Error;
use crate::offers::Source;

impl Client {
    /// The folder that a chart was unpacked into: the newest version in a range, which may be empty for any. Only the disk
    /// is looked at.
    pub fn unpacked(&self, address: &str, chart: &str, range: &str) -> Option<PathBuf> {
        let range = Constraints::parse(if range.is_empty() { "*" } else { range }).ok()?;
        let versions = std::fs::read_dir(self.versions_of(address, chart)).ok()?.flatten();
        let versions = versions.filter_map(|it| {
            let version = Version::parse(&it.file_name().to_string_lossy()).ok()?;
            let folder = it.path().join(path::base(chart));
            (range.check(&version) && is_chart(&folder)).then_some((version, folder))
        });
        versions.max_by(|one, other| one.0.cmp(&other.0)).map(|it| it.1)
    }

    /// Fetches a chart and unpacks it. `version` may be a range, or empty for the newest.
    pub fn fetch_unpacked(&self, source: &Source, chart: &str, version: &str) -> Result<PathBuf, Error> {
        let fetched = self.fetch_chart(&self.wanted(source, chart, version)?)?;
        // Both become names of folders, and are somebody else's words.
        let name = path::base(chart);
        if Version::parse(&fetched.version).is_err() || matches!(name, "." | ".." | "/") {
            return Err(Error::say(format!("{chart} {:?} is no version of a chart", fetched.version)));
        }
        let folder = self.versions_of(&source.address, chart).join(&fetched.version).join(name);
        if is_chart(&folder) {
            return Ok(folder);
        }
        let data = std::fs::read(&fetched.path).map_err(|error| Error::file(&fetched.path, error))?;
        let members = archive::unpack(&data, Dialect::Helm4)
            .map_err(|error| Error::say(format!("{}: {error}", fetched.file_name)))?;
        match unpack(&members, &folder) {
            // Somebody else was faster, with the same.
            Err(_) if is_chart(&folder) => Ok(folder),
            done => done.map(|()| folder),
        }
    }

    fn versions_of(&self, address: &str, chart: &str) -> PathBuf {
        let key = sha256(format!("{address}\n{chart}").as_bytes());
        self.settings.content_cache.with_file_name("chartroom-unpacked").join(key)
    }
}

fn is_chart(folder: &Path) -> bool {
    folder.join("Chart.yaml").is_file()
}

fn cannot(path: &Path) -> impl FnOnce(std::io::Error) -> Error + '_ {
    move |source| Error::file(path, source)
}

/// Writes what was in an archive into a new folder. Nobody sees half of it: it is made beside, and moved there in one step.
pub fn unpack(members: &[Member], folder: &Path) -> Result<(), Error> {
    let above = folder.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(above).map_err(cannot(above))?;
    let aside = tempfile::Builder::new().prefix(".chartroom-").tempdir_in(above).map_err(cannot(above))?;
    let root = aside.path().join("chart");
    write_members(members, &root)?;
    std::fs::rename(&root, folder).map_err(cannot(folder))
}

/// Writes what was in an archive into a folder, over what is there.
pub fn write_members(members: &[Member], folder: &Path) -> Result<(), Error> {
    for member in members {
        let path = folder.join(&member.path);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(cannot(parent))?;
        std::fs::write(&path, &member.data).map_err(cannot(&path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::client;

    fn member(path: &str, text: &str) -> Member {
        Member { path: path.to_owned(), data: text.as_bytes().to_vec() }
    }

    #[test]
    fn the_newest_in_the_range_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let client = client(&folder);
        let source = "https://shop.host";
        assert_eq!(client.unpacked(source, "web", ""), None);
        for version in ["1.0.0", "1.10.0", "2.0.0-rc.1", "none"] {
            let to = client.versions_of(source, "web").join(version).join("web");
            unpack(&[member("Chart.yaml", "name: web"), member("templates/a.yaml", "a")], &to).unwrap();
        }
        let found = |range: &str| {
            let folder = client.unpacked(source, "web", range)?;
            Some(folder.parent()?.file_name()?.to_str()?.to_owned())
        };
        assert_eq!(found("").as_deref(), Some("1.10.0"));
        assert_eq!(found("~1.0").as_deref(), Some("1.0.0"));
        assert_eq!(found(">1-0").as_deref(), Some("2.0.0-rc.1"));
        assert_eq!((found("^3"), found("no range")), (None, None));
        assert_eq!(client.unpacked("https://other.host", "web", ""), None);
    }

    #[test]
    fn a_folder_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("a").join("web");
        // A file where a folder is due.
        assert!(unpack(&[member("x", ""), member("x/y", "")], &to).is_err());
        assert_eq!(std::fs::read_dir(folder.path().join("a")).unwrap().count(), 0);
        unpack(&[member("x/y", "1")], &to).unwrap();
        assert_eq!(std::fs::read_to_string(to.join("x/y")).unwrap(), "1");
        assert!(unpack(&[member("z", "")], &to).is_err(), "what is there stays");
        assert!(to.join("x/y").exists());
    }
}
