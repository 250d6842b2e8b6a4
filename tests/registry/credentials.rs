//! Who is logged in: what one of ours and both Helms keeps the other finds, in Helm's file, in a helper's keeping, in Docker's.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use chartroom_tests::Scratch;
use chartroom_tests::recording::Outcome;
use chartroom_tests::rig::{FakeRegistry, IDENTITY, Login, Manners, PASSWORD, Tool, USER};

use crate::charts;
use crate::helms;
use crate::repositories::ours;

/// Helm's file of credentials, and Docker's.
const HELMS: &str = ".home/registry/config.json";
const DOCKERS: &str = ".home/.docker/config.json";

/// A helper that keeps what it is given in a file beside it, one for all registries.
const HELPER: &str = "#!/bin/sh\nkept=\"$(dirname \"$0\")/kept\"\ncase $1 in\nstore) cat > \"$kept\" ;;\n\
    erase) rm -f \"$kept\" ;;\nget) if [ -e \"$kept\" ]; then cat \"$kept\"; else echo credentials not found in native \
    keychain; exit 1; fi ;;\nesac\n";

/// Before a registry that wants a login, with a chart to push.
struct Desk {
    registry: FakeRegistry,
    folder: Scratch,
}

impl Desk {
    fn new(login: Login) -> Self {
        let registry = FakeRegistry::new(Manners { login, plain_http: true, ..Manners::default() });
        let folder = Scratch::new();
        charts::packed(Tool::Ours4, &folder, "web", "1.0.0");
        let helper = folder.write("bin/docker-credential-test", HELPER);
        std::fs::set_permissions(helper, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { registry, folder }
    }

    fn run(&self, tool: Tool, args: &[&str], input: &str) -> Outcome {
        let mut command = tool.command(self.folder.path());
        command.env("PATH", format!("{}:/usr/bin:/bin", self.folder.path().join("bin").display()));
        let outcome = Outcome::with_input(command.args(args), input, self.folder.path());
        let said = outcome.to_string();
        assert!(!said.contains(PASSWORD) && !said.contains(IDENTITY), "{tool:?} {args:?} {said}");
        outcome
    }

    #[track_caller]
    fn log_in(&self, tool: Tool, name: &str, secret: &str) {
        let host = self.registry.host();
        let login = ["registry", "login", &host, "-u", name, "--password-stdin", "--plain-http"];
        let entered = self.run(tool, &login, secret);
        assert_eq!(entered.code, 0, "{tool:?} {entered}");
    }

    #[track_caller]
    fn log_out(&self, tool: Tool) {
        let left = self.run(tool, &["registry", "logout", &self.registry.host()], "");
        assert_eq!(left.code, 0, "{tool:?} {left}");
    }

    /// Whether a tool is let in.
    fn is_in(&self, tool: Tool) -> bool {
        let to = format!("oci://{}/charts", self.registry.host());
        self.run(tool, &["push", "web-1.0.0.tgz", &to, "--plain-http"], "").code == 0
    }

    /// Writes a file of credentials, with the registry's name in it.
    fn write(&self, file: &str, text: &str) {
        self.folder.write(file, text.replace("HOST", &self.registry.host()));
    }

    /// What a file says, with a word for the registry's name; nothing where there is no file.
    fn read(&self, file: &str) -> String {
        let text = std::fs::read_to_string(self.folder.path().join(file)).unwrap_or_default();
        text.replace(&self.registry.host(), "HOST")
    }
}

/// Each Helm with ours in its manner, in both orders.
fn pairs() -> impl Iterator<Item = (Tool, Tool)> {
    helms().iter().flat_map(|&helm| [(helm, ours(helm)), (ours(helm), helm)])
}

fn entry(password: &str) -> String {
    let pair = data_encoding::BASE64.encode(format!("{USER}:{password}").as_bytes());
    format!(r#"{{"auths":{{"HOST":{{"auth":"{pair}"}}}}}}"#)
}

#[test]
fn helpers_keep_credentials_for_all() {
    for config in [
        r#"{"credHelpers":{"HOST":"test"}}"#,
        r#"{"credsStore":"test"}"#,
        r#"{"auths":{},"credsStore":"test"}"#,
    ] {
        let mut files = Vec::new();
        for (first, second) in pairs() {
            let desk = Desk::new(Login::Basic);
            desk.write(HELMS, config);
            assert!(!desk.is_in(second), "{config} {second:?}");
            desk.log_in(first, USER, PASSWORD);
            let kept = desk.read("bin/kept");
            assert!(kept.contains(PASSWORD) && kept.contains("HOST"), "{config} {first:?} {kept}");
            files.push(desk.read(HELMS));
            assert!(desk.is_in(second), "{config} {first:?} {second:?}");
            desk.log_out(second);
            assert!(!desk.folder.path().join("bin/kept").exists(), "{config} {second:?}");
            assert!(!desk.is_in(first), "{config} {first:?}");
        }
        assert!(files.iter().all(|it| *it == files[0] && !it.contains("\"auth\"")), "{config} {files:?}");
    }
}

/// No Helm takes an identity at `login`, but both show one that is kept.
#[test]
fn identities_are_shown_by_all() {
    for &helm in helms() {
        let desk = Desk::new(Login::Token(Duration::from_mins(5)));
        desk.log_in(ours(helm), "", IDENTITY);
        assert!(desk.read(HELMS).contains(&format!(r#""identitytoken": "{IDENTITY}""#)), "{helm:?}");
        assert!(desk.is_in(helm) && desk.is_in(ours(helm)), "{helm:?}");
        desk.log_out(helm);
        assert!(!desk.is_in(ours(helm)), "{helm:?}");
        // A helper is told that it is a token by the name beside it.
        desk.write(HELMS, r#"{"credsStore":"test"}"#);
        desk.log_in(ours(helm), "", IDENTITY);
        assert!(desk.read("bin/kept").contains("<token>"), "{helm:?}");
        assert!(desk.is_in(helm), "{helm:?}");
    }
}

#[test]
fn dockers_file_counts_where_helms_says_nothing() {
    let (right, wrong) = (entry(PASSWORD), entry("another"));
    let other = r#"{"auths":{"other.example":{"auth":"YTpi"}}}"#;
    let address = right.replace("\"HOST\"", "\"https://HOST/v2/\"");
    for (helms_file, dockers_file, is_in) in [
        ("", &*right, true),
        ("{}", &right, true),
        (other, &right, true),
        ("", &address, true),
        (&wrong, &right, false),
        (&right, &wrong, true),
        ("", r#"{"credsStore":"test"}"#, true),
        ("", r#"{"credHelpers":{"HOST":"test"}}"#, true),
        (other, r#"{"credHelpers":{"HOST":"test"}}"#, true),
        ("", r#"{"credHelpers":{"HOST":"missing"}}"#, false),
        ("", other, false),
    ] {
        for tool in helms().iter().flat_map(|&helm| [helm, ours(helm)]) {
            let desk = Desk::new(Login::Basic);
            if !helms_file.is_empty() {
                desk.write(HELMS, helms_file);
            }
            desk.write(DOCKERS, dockers_file);
            let secret = format!(r#"{{"ServerURL":"HOST","Username":"{USER}","Secret":"{PASSWORD}"}}"#);
            desk.write("bin/kept", &secret);
            assert_eq!(desk.is_in(tool), is_in, "{tool:?} {helms_file} {dockers_file}");
            // Logging out forgets what is Helm's own.
            desk.log_out(tool);
            assert_eq!(desk.read(DOCKERS), dockers_file, "{tool:?}");
        }
    }
}
