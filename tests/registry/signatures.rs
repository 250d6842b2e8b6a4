//! Signatures: what one signs is good for the others, with keys that GnuPG made and as it keeps them.

use std::path::Path;
use std::process::Command;

use chartroom_tests::Scratch;
use chartroom_tests::rig::{Repository, Service, Tool};

use crate::{charts, helms, must, run};

const NAME: &str = "Ann Example <ann@example.com>";

/// Keys of GnuPG in files of all kinds; nothing, said aloud, where it is not installed.
fn keys(folder: &Path, passphrase: &str, algorithm: &str) -> Option<()> {
    let home = folder.join("gnupg");
    std::fs::create_dir(&home).unwrap();
    let gpg = |args: &[&str]| {
        let mut command = Command::new("gpg");
        command.args([
            "--homedir",
            home.to_str().unwrap(),
            "--batch",
            "--yes",
            "--pinentry-mode",
            "loopback",
        ]);
        command.args(["--passphrase", passphrase]).args(args);
        command.output()
    };
    if gpg(&["--version"]).is_err() {
        eprintln!("skipped: GnuPG is not installed");
        return None;
    }
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    for args in [
        &["--quick-gen-key", NAME, algorithm, "sign", "never"][..],
        &["--output", &at("public.gpg"), "--export"],
        &["--output", &at("public.asc"), "--armor", "--export"],
        &["--output", &at("secret.gpg"), "--export-secret-keys"],
    ] {
        let done = gpg(args).unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let _ = Command::new("gpgconf").args(["--homedir", home.to_str().unwrap(), "--kill", "all"]).output();
    Some(())
}

#[test]
fn what_one_signs_all_verify() {
    let tools = [&[Tool::Ours3, Tool::Ours4], helms()].concat();
    for (passphrase, algorithm) in [("", "rsa2048"), ("secret", "ed25519")] {
        let folder = Scratch::new();
        if keys(folder.path(), passphrase, algorithm).is_none() {
            return;
        }
        folder.write("passphrase", format!("{passphrase}\n"));
        charts::write(&folder, "web", "1.0.0");
        for &signer in &tools {
            let mut args = vec!["package", "web", "--sign", "--key", "ann@", "--keyring", "secret.gpg"];
            args.extend(["--passphrase-file", "passphrase"]);
            must(signer, folder.path(), &args);
            let said: Vec<String> = tools
                .iter()
                .map(|tool| {
                    must(*tool, folder.path(), &["verify", "web-1.0.0.tgz", "--keyring", "public.gpg"])
                })
                .collect();
            assert!(
                said[0].starts_with(&format!("Signed by: {NAME}\nUsing Key With Fingerprint: ")),
                "{said:?}"
            );
            assert!(said.iter().all(|it| *it == said[0]), "{signer:?}: {said:?}");
        }
        // As Helm 4 only: what is armored, and what GnuPG keeps itself.
        for ring in ["public.asc", "gnupg/pubring.kbx"] {
            must(Tool::Ours4, folder.path(), &["verify", "web-1.0.0.tgz", "--keyring", ring]);
        }
    }
}

#[test]
fn charts_and_dependencies_are_verified_on_their_way() {
    let folder = Scratch::new();
    if keys(folder.path(), "", "rsa2048").is_none() {
        return;
    }
    let repository = Repository::new(Service::default());
    charts::write(&folder, "web", "1.0.0");
    let sign = ["package", "web", "--sign", "--key", "ann", "--keyring", "secret.gpg"];
    must(Tool::Ours4, folder.path(), &sign);
    let packed = std::fs::read(folder.path().join("web-1.0.0.tgz")).unwrap();
    repository.publish("web", "1.0.0", &packed);
    let url = repository.url();
    let text = format!(
        "apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:\n- {{name: web, version: 1.x, repository: '{url}'}}\n"
    );
    folder.write("top/Chart.yaml", text);
    let template = ["template", "x", "web", "--repo", &url, "--verify", "--keyring", "public.gpg"];
    let update = ["dependency", "update", "top", "--verify", "--keyring", "public.gpg"];
    for args in [&template[..], &update] {
        let refused = run(Tool::Ours4, folder.path(), args);
        let want = format!("failed to fetch provenance \"{url}/web-1.0.0.tgz.prov\"");
        assert!(refused.code == 1 && refused.stderr.contains(&want), "{refused}");
        assert!(!folder.path().join("top/charts").exists());
    }
    let signature = folder.read("web-1.0.0.tgz.prov");
    repository.put("web-1.0.0.tgz.prov", signature.replace("version: 1.0.0", "version: 1.0.1"));
    let refused = run(Tool::Ours4, folder.path(), &template);
    assert!(refused.code == 1 && refused.stderr.contains("openpgp: invalid signature"), "{refused}");
    repository.put("web-1.0.0.tgz.prov", signature);
    for args in [&template[..], &update] {
        must(Tool::Ours4, folder.path(), args);
    }
    assert!(folder.path().join("top/charts/web-1.0.0.tgz").exists());
}

#[test]
fn a_locked_key_without_a_terminal_is_refused_before_anything_is_written() {
    let folder = Scratch::new();
    if keys(folder.path(), "secret", "ed25519").is_none() {
        return;
    }
    charts::write(&folder, "web", "1.0.0");
    let sign = ["package", "web", "--sign", "--key", "ann", "--keyring", "secret.gpg"];
    let refused = run(Tool::Ours4, folder.path(), &sign);
    assert!(refused.stderr.contains("give it with --passphrase-file"), "{refused}");
    folder.write("wrong", "guess\n");
    let refused = run(Tool::Ours4, folder.path(), &[&sign[..], &["--passphrase-file", "wrong"]].concat());
    assert_eq!(refused.stderr, "Error: openpgp: invalid data: private key checksum failure\n");
    assert!(!folder.path().join("web-1.0.0.tgz").exists());
}
