//! Charts pushed to and pulled from a registry that plays all the tricks that registries have.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use golang::Dialect;

use super::Push;
use crate::cache::sha256;
use crate::client::Client;
use crate::fetch::{ChartRef, Fetched, Verify};
use crate::settings::Access;
use crate::testing::{Asked, Fake, Reply, client, plain, reply};

/// How a registry behaves.
#[derive(Clone, Copy, Default)]
struct Habits {
    /// What it wants to see: nothing, a name and password, or a token.
    asks: Asks,
    /// Uploads go on at a whole address, not at a path.
    absolute: bool,
    /// As many tags as it gives at once.
    page: usize,
    /// More bytes at once are refused.
    most: Option<usize>,
    /// Repositories must be there before.
    needs_repository: bool,
    /// Blobs come with a byte changed.
    lies: bool,
    /// The first upload is cut.
    cuts: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Asks {
    #[default]
    Nothing,
    Basic,
    Token,
}

#[derive(Default)]
struct Registry {
    habits: Habits,
    host: String,
    blobs: BTreeMap<String, Vec<u8>>,
    manifests: BTreeMap<String, (String, Vec<u8>)>,
    upload: Vec<u8>,
    was_cut: bool,
}

impl Registry {
    fn start(habits: Habits) -> (Fake, Arc<Mutex<Self>>) {
        let registry = Arc::new(Mutex::new(Self { habits, ..Self::default() }));
        let shared = registry.clone();
        let fake = Fake::start(move |asked| Some(shared.lock().unwrap().answer(asked)));
        registry.lock().unwrap().host.clone_from(&fake.host);
        (fake, registry)
    }

    fn answer(&mut self, asked: &Asked) -> Reply {
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        if path == "/token" {
            return self.token(asked, query);
        }
        if let Some(refused) = self.refuse(asked) {
            return refused;
        }
        let parts: Vec<&str> = path.trim_start_matches("/v2/").split('/').collect();
        match (asked.method.as_str(), &parts[..]) {
            ("GET", [""]) => reply(200, "{}"),
            ("GET" | "HEAD", [.., "blobs", digest]) => match self.blobs.get(*digest) {
                Some(data) if self.habits.lies => {
                    reply(200, data.iter().map(|it| it ^ 1).collect::<Vec<_>>())
                }
                Some(data) => reply(200, data.clone()),
                None => reply(404, r#"{"errors":[{"code":"BLOB_UNKNOWN"}]}"#),
            },
            ("POST", [.., "uploads", ""]) if self.habits.needs_repository => reply(
                404,
                r#"{"errors":[{"code":"NAME_UNKNOWN","message":"The repository with name does not exist"}]}"#,
            ),
            ("POST", [.., "uploads", ""]) => {
                self.upload.clear();
                self.location(reply(202, ""))
            }
            ("PATCH", ["upload"]) => {
                let range = format!("{}-{}", self.upload.len(), self.upload.len() + asked.body.len() - 1);
                assert_eq!(asked.header("content-range"), range);
                self.upload.extend(&asked.body);
                self.location(reply(202, ""))
            }
            ("PUT", ["upload"]) => self.put_blob(asked, query),
            ("PUT", [.., "manifests", tag]) => {
                let digest = format!("sha256:{}", sha256(&asked.body));
                let manifest = (asked.header("content-type").to_owned(), asked.body.clone());
                self.manifests.insert((*tag).to_owned(), manifest.clone());
                self.manifests.insert(digest, manifest);
                reply(201, "")
            }
            ("GET" | "HEAD", [.., "manifests", name]) => match self.manifests.get(*name) {
                Some((kind, data)) => reply(200, data.clone())
                    .header("Content-Type", kind)
                    .header("Docker-Content-Digest", format!("sha256:{}", sha256(data))),
                None => {
                    reply(404, r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#)
                }
            },
            ("GET", [.., "tags", "list"]) => self.tags(query),
            _ => reply(404, ""),
        }
    }

    fn location(&self, reply: Reply) -> Reply {
        let host = if self.habits.absolute { format!("http://{}", self.host) } else { String::new() };
        reply.header("Location", format!("{host}/v2/upload?_state=a%2Fb"))
    }

    fn put_blob(&mut self, asked: &Asked, query: &str) -> Reply {
        if self.habits.most.is_some_and(|most| asked.body.len() > most) {
            return reply(413, "");
        }
        if self.habits.cuts && !self.was_cut {
            self.was_cut = true;
            return reply(201, "much").cut_after(0).header("Transfer-Encoding", "broken");
        }
        assert!(query.starts_with("_state=a%2Fb&digest=sha256%3A"), "{query}");
        let data = [std::mem::take(&mut self.upload), asked.body.clone()].concat();
        self.blobs.insert(format!("sha256:{}", sha256(&data)), data);
        reply(201, "")
    }

    fn tags(&self, query: &str) -> Reply {
        let all: Vec<&String> = self.manifests.keys().filter(|it| !it.starts_with("sha256:")).collect();
        let from: usize = query.strip_prefix("from=").map_or(0, |it| it.parse().unwrap());
        let page = if self.habits.page == 0 { usize::MAX } else { self.habits.page };
        let some: Vec<_> = all.iter().skip(from).take(page).collect();
        let next = from + some.len();
        let reply = reply(200, serde_json::json!({ "name": "any", "tags": some }).to_string());
        match next < all.len() {
            true => reply.header("Link", format!("<?from={next}>; rel=\"next\"")),
            false => reply,
        }
    }

    fn refuse(&self, asked: &Asked) -> Option<Reply> {
        let wanted = match self.habits.asks {
            Asks::Nothing => return None,
            Asks::Basic => "Basic bWU6c2VjcmV0",
            Asks::Token => "Bearer good",
        };
        if asked.header("authorization") == wanted {
            return None;
        }
        let challenge = match self.habits.asks {
            Asks::Token => format!(
                "Bearer realm=\"http://{}/token\",service=\"us\",scope=\"repository:x:pull\"",
                self.host
            ),
            _ => "Basic realm=\"us\"".to_owned(),
        };
        Some(
            reply(401, r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#)
                .header("WWW-Authenticate", challenge),
        )
    }

    /// Identities are good, and so are names by the older way only.
    fn token(&self, asked: &Asked, query: &str) -> Reply {
        let form = String::from_utf8_lossy(&asked.body).into_owned();
        let good = match asked.method.as_str() {
            "POST" => form.contains("grant_type=refresh_token&refresh_token=long"),
            _ => asked.header("authorization") == "Basic bWU6c2VjcmV0" && query.contains("service=us"),
        };
        match good {
            true => reply(200, r#"{"token":"good","expires_in":300}"#),
            false => reply(401, ""),
        }
    }
}

/// A packed chart.
fn packed(name: &str, version: &str) -> Vec<u8> {
    let text = format!("apiVersion: v2\nname: {name}\nversion: {version}\ndescription: a <b>\n");
    let mut archive =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    archive.append_data(&mut header, format!("{name}/Chart.yaml"), text.as_bytes()).unwrap();
    archive.into_inner().unwrap().finish().unwrap()
}

fn push(client: &Client, fake: &Fake, version: &str, access: &Access) -> Result<String, String> {
    let remote = format!("oci://{}/team", fake.host);
    let push = Push::prepare("web.tgz", packed("web", version), None, &remote, Dialect::Helm4).unwrap();
    let pushed = client.push(&push, "2026-01-01T00:00:00Z", access);
    pushed
        .map(|it| it.reference.replace(&fake.host, "HOST"))
        .map_err(|it| it.to_string().replace(&fake.host, "HOST"))
}

fn pull(client: &Client, fake: &Fake, path: &str, version: &str, access: &Access) -> Result<Fetched, String> {
    let chart = ChartRef {
        reference: format!("oci://{}/{path}", fake.host),
        version: version.to_owned(),
        access: access.clone(),
        ..ChartRef::default()
    };
    client.fetch_chart(&chart).map_err(|it| it.to_string().replace(&fake.host, "HOST"))
}

#[test]
fn there_and_back_with_every_habit() {
    let usual = Habits::default();
    for habits in [
        usual,
        Habits { absolute: true, ..usual },
        Habits { most: Some(100), ..usual },
        Habits { cuts: true, ..usual },
        Habits { page: 1, ..usual },
    ] {
        let (fake, registry) = Registry::start(habits);
        let folder = tempfile::tempdir().unwrap();
        let client = client(&folder);
        for version in ["1.0.0", "1.1.0+build.1", "2.0.0-rc.1"] {
            let tag = version.replace('+', "_");
            assert_eq!(push(&client, &fake, version, &plain()), Ok(format!("HOST/team/web:{tag}")));
        }
        registry.lock().unwrap().manifests.insert("latest".into(), (String::new(), b"junk".to_vec()));
        let fetched = pull(&client, &fake, "team/web", "", &plain()).unwrap();
        assert_eq!((&*fetched.version, &*fetched.file_name), ("1.1.0+build.1", "web-1.1.0+build.1.tgz"));
        assert_eq!(std::fs::read(&fetched.path).unwrap(), packed("web", "1.1.0+build.1"));
        assert_eq!(pull(&client, &fake, "team/web", "~1.0", &plain()).unwrap().version, "1.0.0");
        assert_eq!(pull(&client, &fake, "team/web:1.0.0", "", &plain()).unwrap().version, "1.0.0");
    }
}

#[test]
fn what_is_here_is_not_fetched_again() {
    let (fake, _) = Registry::start(Habits::default());
    let folder = tempfile::tempdir().unwrap();
    let client = client(&folder);
    push(&client, &fake, "1.0.0", &plain()).unwrap();
    let blobs = || fake.lines().iter().filter(|it| it.starts_with("GET") && it.contains("/blobs/")).count();
    let first = pull(&client, &fake, "team/web", "1.0.0", &plain()).unwrap();
    assert_eq!(blobs(), 1);
    let again = pull(&client, &fake, "team/web", "1.0.0", &plain()).unwrap();
    assert_eq!((blobs(), &again.path), (1, &first.path));
    std::fs::write(&first.path, "half").unwrap();
    pull(&client, &fake, "team/web", "1.0.0", &plain()).unwrap();
    assert_eq!((blobs(), std::fs::read(first.path).unwrap()), (2, packed("web", "1.0.0")));
}

#[test]
fn a_digest_is_what_it_says() {
    let (fake, _) = Registry::start(Habits::default());
    let folder = tempfile::tempdir().unwrap();
    let client = client(&folder);
    push(&client, &fake, "1.0.0", &plain()).unwrap();
    push(&client, &fake, "2.0.0", &plain()).unwrap();
    let digest = pull(&client, &fake, "team/web", "1.0.0", &plain()).unwrap().manifest.unwrap();
    let path = format!("team/web@{digest}");
    assert_eq!(pull(&client, &fake, &path, "", &plain()).unwrap().manifest, Some(digest.clone()));
    assert_eq!(pull(&client, &fake, &path, "1.0.0", &plain()).unwrap().manifest, Some(digest.clone()));
    let error = pull(&client, &fake, &path, "2.0.0", &plain()).unwrap_err();
    assert!(error.starts_with("chart reference digest mismatch: sha256:"), "{error}");
    let error = pull(&client, &fake, "team/web:1.0.0", "2.0.0", &plain()).unwrap_err();
    assert_eq!(error, "chart reference and version mismatch: 2.0.0 is not 1.0.0");
}

#[test]
fn a_blob_that_lies_is_not_kept() {
    let (fake, _) = Registry::start(Habits { lies: true, ..Habits::default() });
    let folder = tempfile::tempdir().unwrap();
    let client = client(&folder);
    push(&client, &fake, "1.0.0", &plain()).unwrap();
    let error = pull(&client, &fake, "team/web", "1.0.0", &plain()).unwrap_err();
    assert!(
        error.contains("the content has the digest") && error.contains("nothing of it was kept"),
        "{error}"
    );
    assert!(!folder.path().join("content").exists());
}

#[test]
fn what_is_not_there_is_named() {
    let (fake, registry) = Registry::start(Habits::default());
    let folder = tempfile::tempdir().unwrap();
    let client = client(&folder);
    push(&client, &fake, "1.0.0", &plain()).unwrap();
    let error = pull(&client, &fake, "team/web", "3.0.0", &plain()).unwrap_err();
    assert_eq!(
        error,
        "GET \"http://HOST/v2/team/web/manifests/3.0.0\": response status code 404: manifest unknown: manifest unknown\n\
         There is no HOST/team/web:3.0.0: is the version right? Leave it out for the newest."
    );
    let error = pull(&client, &fake, "team/web", "^3", &plain()).unwrap_err();
    assert_eq!(error, "could not locate a version matching provided version string ^3; there are 1.0.0");
    let image = r#"{"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:0"}}"#;
    registry.lock().unwrap().manifests.insert("9.0.0".into(), (String::new(), image.into()));
    let error = pull(&client, &fake, "team/web", "9.0.0", &plain()).unwrap_err();
    assert!(error.starts_with("HOST/team/web:9.0.0 is no chart: could not load config"), "{error}");
}

#[test]
fn lists_and_older_layers_are_understood() {
    let (fake, registry) = Registry::start(Habits::default());
    let folder = tempfile::tempdir().unwrap();
    let client = client(&folder);
    push(&client, &fake, "1.0.0", &plain()).unwrap();
    {
        let mut registry = registry.lock().unwrap();
        let (_, manifest) = registry.manifests["1.0.0"].clone();
        let list = format!(r#"{{"manifests":[{{"digest":"sha256:{}"}}]}}"#, sha256(&manifest));
        registry.manifests.insert("2.0.0".into(), (super::manifest::INDEX.into(), list.into()));
        let text = String::from_utf8(manifest).unwrap();
        let older = text.replace(super::manifest::CHART, super::manifest::LEGACY_CHART);
        registry.manifests.insert("3.0.0".into(), (String::new(), older.into()));
    }
    assert_eq!(pull(&client, &fake, "team/web", "2.0.0", &plain()).unwrap().warnings, [""; 0]);
    let warnings = pull(&client, &fake, "team/web", "3.0.0", &plain()).unwrap().warnings;
    assert_eq!(warnings, ["Warning: chart media type application/tar+gzip is deprecated"]);
}

#[test]
fn a_signature_goes_along() {
    let (fake, _) = Registry::start(Habits::default());
    let folder = tempfile::tempdir().unwrap();
    let client = client(&folder);
    push(&client, &fake, "1.0.0", &plain()).unwrap();
    let chart = |version: &str, verify| ChartRef {
        reference: format!("oci://{}/team/web", fake.host),
        version: version.into(),
        verify,
        access: plain(),
        ..ChartRef::default()
    };
    let without = client.fetch_chart(&chart("1.0.0", Verify::Later)).unwrap();
    assert!(
        without.provenance.is_none() && without.warnings[0].starts_with("WARNING: Verification not found")
    );
    let error = client.fetch_chart(&chart("1.0.0", Verify::Always)).unwrap_err().to_string();
    assert!(error.starts_with("failed to fetch provenance \"oci://"), "{error}");
    let remote = format!("oci://{}/team", fake.host);
    let push =
        Push::prepare("w.tgz", packed("web", "2.0.0"), Some(b"signed".to_vec()), &remote, Dialect::Helm4)
            .unwrap();
    client.push(&push, "2026-01-01T00:00:00Z", &plain()).unwrap();
    let with = client.fetch_chart(&chart("2.0.0", Verify::Later)).unwrap();
    assert_eq!(std::fs::read(with.provenance.unwrap()).unwrap(), b"signed");
}

#[test]
fn the_guides_mistake_is_explained() {
    let (fake, _) = Registry::start(Habits { needs_repository: true, ..Habits::default() });
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        push(&client(&folder), &fake, "1.0.0", &plain()),
        Err("POST \"http://HOST/v2/team/web/blobs/uploads/\": response status code 404: name unknown: The repository \
             with name does not exist\n\
             There is no repository team/web in HOST: the chart's name is a part of the path. Make it there first, or \
             push to a path that exists."
            .to_owned())
    );
}

#[test]
fn who_we_are_is_said_when_asked() {
    for asks in [Asks::Basic, Asks::Token] {
        let (fake, _) = Registry::start(Habits { asks, ..Habits::default() });
        let folder = tempfile::tempdir().unwrap();
        let client = client(&folder);
        let error = push(&client, &fake, "1.0.0", &plain()).unwrap_err();
        assert!(error.contains("401"), "{error}");
        let wrong = Access { username: "me".into(), password: "wrong".to_owned().into(), ..plain() };
        let error = client.login(&fake.host, &wrong, Dialect::Helm4).unwrap_err().to_string();
        assert!(error.starts_with("authenticating to \"127.0.0.1:") && !error.contains("wrong"), "{error}");
        assert!(!folder.path().join("registry").exists(), "what is wrong is not kept");
        let right = Access { password: "secret".to_owned().into(), ..wrong };
        client.login(&fake.host, &right, Dialect::Helm4).unwrap();
        push(&client, &fake, "1.0.0", &plain()).unwrap();
        let fetched = pull(&client, &fake, "team/web", "", &plain()).unwrap();
        assert_eq!(fetched.version, "1.0.0");
        client.logout(&fake.host).unwrap();
        assert!(push(&client, &fake, "1.0.0", &plain()).is_err());
        push(&client, &fake, "1.0.0", &right).unwrap();
    }
}

#[test]
fn an_identity_is_kept_as_one() {
    let (fake, _) = Registry::start(Habits { asks: Asks::Token, ..Habits::default() });
    let folder = tempfile::tempdir().unwrap();
    let client = client(&folder);
    let access = Access { password: "long".to_owned().into(), ..plain() };
    client.login(&fake.host, &access, Dialect::Helm4).unwrap();
    let text = std::fs::read_to_string(folder.path().join("registry/config.json")).unwrap();
    assert!(text.contains("\"identitytoken\": \"long\""), "{text}");
    push(&client, &fake, "1.0.0", &plain()).unwrap();
    let asked = fake.asked();
    let form = asked.iter().rev().find(|it| it.is("POST", "/token")).unwrap();
    let form = String::from_utf8_lossy(&form.body);
    assert!(form.contains("scope=repository%3Ateam%2Fweb%3Apull%2Cpush+repository%3Ax%3Apull"), "{form}");
}

#[test]
fn tokens_are_not_asked_for_in_worse_places() {
    for (realm, why) in [
        ("http://169.254.169.254/token", "an address that only this machine can reach"),
        ("ftp://auth.example/token", "less safe than the registry"),
        ("token", "no address"),
    ] {
        let fake = Fake::start(move |_| {
            Some(reply(401, "").header("WWW-Authenticate", format!("Bearer realm=\"{realm}\"")))
        });
        let folder = tempfile::tempdir().unwrap();
        let error = pull(&client(&folder), &fake, "web", "1.0.0", &plain()).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn uploads_stay_in_the_registry() {
    let fake = Fake::start(|asked| {
        Some(match asked.method.as_str() {
            "POST" => reply(202, "").header("Location", "http://elsewhere.example/upload"),
            _ => reply(404, ""),
        })
    });
    let folder = tempfile::tempdir().unwrap();
    let error = push(&client(&folder), &fake, "1.0.0", &plain()).unwrap_err();
    assert!(
        error.contains("blob upload Location \"http://elsewhere.example/upload\" is on a different host"),
        "{error}"
    );
}

#[test]
fn hosts_are_cleaned_as_helm_3_does() {
    let (fake, _) = Registry::start(Habits { asks: Asks::Basic, ..Habits::default() });
    let folder = tempfile::tempdir().unwrap();
    let client = client(&folder);
    let access = Access { username: "me".into(), password: "secret".to_owned().into(), ..plain() };
    let url = format!("oci://{}/team", fake.host);
    assert_eq!(client.login(&url, &access, Dialect::Helm3).unwrap(), fake.host);
    let error = client.login(&format!("{}/team", fake.host), &access, Dialect::Helm4).unwrap_err();
    assert!(error.to_string().starts_with("invalid reference: invalid registry"), "{error}");
}
