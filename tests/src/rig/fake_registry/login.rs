//! Who is let in: passwords that run out, and tokens for some repositories and some time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use serde_json::json;

use super::super::http::{Request, Response};
use super::super::processes::random;
use super::store::Place;
use super::{Login, Manners, error};

/// The only user.
pub const USER: &str = "AWS";
/// Their password, which must not be found in any message, log or file but the one for credentials.
pub const PASSWORD: &str = "a-password-that-nobody-may-print";
/// What may be shown in the place of a password where tokens are handed out.
pub const IDENTITY: &str = "an-identity-token-that-nobody-may-print";

/// What was handed out.
#[derive(Debug, Default)]
pub(super) struct Doors {
    /// Whether the password was good once and is not any more.
    pub(super) password_is_old: bool,
    tokens: BTreeMap<String, Token>,
}

#[derive(Debug)]
struct Token {
    /// `NAME:pull`, `NAME:push`.
    scopes: BTreeSet<String>,
    until: Instant,
}

impl Doors {
    /// Forgets all tokens.
    pub(super) fn forget(&mut self) {
        self.tokens.clear();
    }

    /// Why a request is refused, if it is.
    pub(super) fn refusal(&self, request: &Request, manners: &Manners) -> Option<Response> {
        match manners.login {
            Login::None => None,
            Login::Basic => self.without_password(request),
            Login::Token(_) => self.without_token(request, manners),
        }
    }

    fn without_password(&self, request: &Request) -> Option<Response> {
        let refusal = match credentials(request) {
            Some(both) if both == (USER.to_owned(), PASSWORD.to_owned()) && self.password_is_old => {
                // In ECR's words.
                let message = "Your authorization token has expired. Reauthenticate and try again.";
                return Some(error(403, "DENIED", message));
            }
            Some(both) if both == (USER.to_owned(), PASSWORD.to_owned()) => return None,
            Some(_) => error(401, "UNAUTHORIZED", "the password is wrong"),
            None => error(401, "UNAUTHORIZED", "authentication required"),
        };
        Some(refusal.with("WWW-Authenticate", "Basic realm=\"fake\""))
    }

    fn without_token(&self, request: &Request, manners: &Manners) -> Option<Response> {
        let wanted = scope(request);
        let shown = request.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
        let token = shown.and_then(|it| self.tokens.get(it)).filter(|it| Instant::now() < it.until);
        let why = match (shown, token) {
            (None, _) => "",
            (Some(_), None) => ",error=\"invalid_token\"",
            (Some(_), Some(token)) if wanted.as_ref().is_none_or(|it| token.scopes.contains(it)) => {
                return None;
            }
            (Some(_), Some(_)) => ",error=\"insufficient_scope\"",
        };
        let scheme = if manners.plain_http { "http" } else { "https" };
        let host = request.header("host").unwrap_or_default();
        let scope = wanted.map(|it| {
            let actions = it.replace(":push", ":pull,push");
            format!(",scope=\"repository:{actions}\"")
        });
        let challenge = format!(
            "Bearer realm=\"{scheme}://{host}/token\",service=\"fake\"{}{why}",
            scope.unwrap_or_default()
        );
        let refusal = error(401, "UNAUTHORIZED", "authentication required");
        Some(refusal.with("WWW-Authenticate", challenge))
    }

    /// Hands out a token, by a request of either kind: GET with a password, POST with a form (OAuth 2).
    pub(super) fn token(&mut self, request: &Request, login: Login) -> Response {
        let Login::Token(life) = login else { return Response::new(404) };
        let known = match request.field("grant_type").as_deref() {
            Some("refresh_token") => request.field("refresh_token").as_deref() == Some(IDENTITY),
            Some("password") => {
                request.field("username").as_deref() == Some(USER)
                    && request.field("password").as_deref() == Some(PASSWORD)
            }
            _ => credentials(request) == Some((USER.to_owned(), PASSWORD.to_owned())),
        };
        if !known || self.password_is_old {
            return error(401, "UNAUTHORIZED", "the password is wrong");
        }
        let mut asked = request.queries("scope");
        asked.extend(request.field("scope"));
        let scopes = asked.iter().flat_map(|it| it.split(' ')).flat_map(scopes).collect();
        let token = random();
        self.tokens.insert(token.clone(), Token { scopes, until: Instant::now() + life });
        // Clients look at the seconds; a life of less is for those who do not.
        let seconds = life.max(Duration::from_mins(1)).as_secs();
        Response::json(200, &json!({ "token": token, "access_token": token, "expires_in": seconds }))
    }
}

/// `repository:NAME:pull,push` one by one.
fn scopes(text: &str) -> Vec<String> {
    let Some((name, actions)) = text.strip_prefix("repository:").and_then(|it| it.rsplit_once(':')) else {
        return Vec::new();
    };
    actions.split(',').map(|action| format!("{name}:{action}")).collect()
}

/// What a request needs.
fn scope(request: &Request) -> Option<String> {
    let place = Place::of(request.path())?;
    let action = if matches!(request.method.as_str(), "GET" | "HEAD") { "pull" } else { "push" };
    Some(format!("{}:{action}", place.repository))
}

/// User and password, where they are shown.
pub(in super::super) fn credentials(request: &Request) -> Option<(String, String)> {
    let encoded = request.header("authorization")?.strip_prefix("Basic ")?;
    let text = String::from_utf8(BASE64.decode(encoded.as_bytes()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}
