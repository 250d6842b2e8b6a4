//! Logging in and out (`Client.Login`, `Client.Logout`): credentials are tried out before they are kept.

use golang::Dialect;

use super::reference::ensure_registry;
use super::session::Session;
use crate::client::Client;
use crate::credentials::{Credential, Store};
use crate::error::Error;
use crate::http::{Ask, Sender, accept};
use crate::settings::Access;

impl Client {
    /// Tries credentials out at a registry, and keeps them. Without a name the password is a token. Returns the host that
    /// they are kept for.
    pub fn login(&self, host: &str, access: &Access, dialect: Dialect) -> Result<String, Error> {
        let host = match dialect {
            Dialect::Helm3 => bare(host),
            Dialect::Helm4 => host,
        };
        ensure_registry(host)?;
        let right = self
            .wait(self.try_out(host, access))
            .map_err(|error| Error::say(format!("authenticating to \"{host}\": {error}")))?;
        Store::new(&self.settings).put(host, &right)?;
        Ok(host.to_owned())
    }

    /// Forgets the credentials for a registry.
    pub fn logout(&self, host: &str) -> Result<(), Error> {
        Store::new(&self.settings).erase(host)
    }

    /// The form in which a registry takes the credentials: a token may be an identity, and is one if tokens are given
    /// for it; tokens are asked for in the newer way first.
    async fn try_out(&self, host: &str, access: &Access) -> Result<Credential, Error> {
        let user = Credential::of_user(&access.username, access.password.reveal());
        let identity = Credential::of_identity(access.password.reveal());
        let by_token = access.username.is_empty().then_some((identity, true));
        let ways = by_token.into_iter().chain([(user.clone(), true), (user, false)]);
        let mut last = Ok(());
        for (credential, by_oauth) in ways {
            let session = Session::open(self, host, access, None)?.trying(credential.clone(), by_oauth);
            match ping(&session).await {
                Ok(asked) => {
                    // A registry that asks for nothing takes an identity for granted, too.
                    let taken = asked || credential.user().is_some();
                    if taken {
                        return Ok(credential);
                    }
                }
                // Another form is of no use where nobody listens.
                Err(error) if error.is_silence() => return Err(error),
                Err(error) => last = Err(error),
            }
        }
        last.map(|()| Credential::default())
    }
}

/// Whether the registry lets us in, and whether it asked who we are.
async fn ping(session: &Session) -> Result<bool, Error> {
    let ask = Ask::get(session.at("v2/")?);
    accept(&ask, session.send(&ask).await?, &[200]).await?;
    Ok(session.was_asked())
}

/// Helm 3 takes addresses and references for their hosts.
fn bare(host: &str) -> &str {
    let rest =
        ["oci://", "http://", "https://"].into_iter().find_map(|it| host.strip_prefix(it)).unwrap_or(host);
    rest.split('/').next().unwrap_or_default()
}
