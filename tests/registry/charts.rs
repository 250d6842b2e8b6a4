//! The charts that are pushed.

use std::path::PathBuf;

use chartroom_tests::Scratch;
use chartroom_tests::rig::{Tool, USER};

use crate::must;

/// Writes a chart of one ConfigMap into a folder that is named as it.
pub(crate) fn write(folder: &Scratch, name: &str, version: &str) {
    let text = format!(
        "apiVersion: v2\nname: {name}\ndescription: What {name} does\nversion: {version}\nappVersion: \"1\"\n\
         home: https://example.com/{name}\nmaintainers:\n- name: {USER}\n  email: somebody@example.com\n"
    );
    folder.write(&format!("{name}/Chart.yaml"), text);
    folder.write(&format!("{name}/values.yaml"), "word: one\n");
    folder.write(
        &format!("{name}/templates/config.yaml"),
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  word: {{ .Values.word }}\n",
    );
}

/// The chart packed by a tool; the file lies in the folder.
pub(crate) fn packed(tool: Tool, folder: &Scratch, name: &str, version: &str) -> PathBuf {
    write(folder, name, version);
    must(tool, folder.path(), &["package", name]);
    folder.path().join(format!("{name}-{version}.tgz"))
}
