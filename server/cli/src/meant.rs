//! What somebody meant who named a chart that is not there. Helm's message says which forms a name has; a person wants to hear
//! which chart is near.

use std::path::Path;

/// What to do about a chart that is no file or folder here. `None` for an address.
pub(crate) fn advice(chart: &str, repositories: &[&str]) -> Option<String> {
    if chart.contains("://") {
        return None;
    }
    let (folder, name) = chart.trim_end_matches('/').rsplit_once('/').unwrap_or((".", chart));
    if let Some(near) = text::nearest(name, charts_in(folder).iter().map(String::as_str)) {
        return Some(format!("did you mean {folder}/{near}?"));
    }
    if chart.starts_with(['.', '/']) {
        return None;
    }
    let Some((repository, _)) = chart.split_once('/') else {
        return Some(format!(
            "there is no folder or file {chart} here; a chart elsewhere is REPOSITORY/NAME or oci://HOST/PATH/NAME"
        ));
    };
    if repositories.contains(&repository) {
        return None;
    }
    Some(match text::nearest(repository, repositories.iter().copied()) {
        Some(near) => format!("did you mean the repository {near}?"),
        None => format!(
            "there is no folder or file {chart} here, and no repository {repository}: `chartroom repo add {repository} URL` adds one"
        ),
    })
}

/// The names of charts in a folder, packed ones among them.
fn charts_in(folder: &str) -> Vec<String> {
    let is_chart = |path: &Path| {
        path.join("Chart.yaml").is_file() || path.extension().is_some_and(|it| it == "tgz") && path.is_file()
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let charts = entries.filter(|it| is_chart(&it.path()));
    charts.map(|it| it.file_name().to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("web-shop")).unwrap();
        std::fs::create_dir_all(folder.path().join("web-sop")).unwrap();
        std::fs::write(folder.path().join("web-shop/Chart.yaml"), "").unwrap();
        let base = project::text_of(folder.path());
        assert_eq!(
            advice(&format!("{base}/webshop"), &[]).unwrap(),
            format!("did you mean {base}/web-shop?")
        );
        assert_eq!(advice(&format!("{base}/other"), &[]), None);
        assert_eq!(advice("oci://host/webshop", &[]), None);
    }

    #[test]
    fn a_repository_can_be_meant() {
        assert_eq!(advice("shopp/web", &["shop"]).unwrap(), "did you mean the repository shop?");
        assert_eq!(advice("shop/web", &["shop"]), None);
        assert!(advice("other/web", &["shop"]).unwrap().contains("repo add other URL"));
        assert!(
            advice("no-such-chart", &["shop"])
                .unwrap()
                .starts_with("there is no folder or file no-such-chart")
        );
    }
}
