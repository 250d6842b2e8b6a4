//! Which time stands in archives and lock files.
//!
//! `SOURCE_DATE_EPOCH` is how build tools agree on one (reproducible-builds.org). Helm 4 takes it, Helm 3 does not know it.

use anyhow::{Result, anyhow, bail};
use chart::Dialect;
use chart::pack::{LONG_AGO, PackConfig};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use template::Host;

use crate::host::Machine;

/// How to pack: with the time that `SOURCE_DATE_EPOCH` says, or else one that is always the same.
pub(crate) fn pack_config(dialect: Dialect) -> Result<PackConfig> {
    let text = std::env::var("SOURCE_DATE_EPOCH").unwrap_or_default();
    if text.is_empty() || dialect == Dialect::Helm3 {
        return Ok(PackConfig { dialect, modified: LONG_AGO, locked_at: None });
    }
    let seconds = golang::strconv::parse_int(text.as_bytes(), 10)
        .map_err(|error| anyhow!("invalid SOURCE_DATE_EPOCH: {error}"))?;
    let Ok(modified) = u64::try_from(seconds) else {
        bail!("invalid SOURCE_DATE_EPOCH: must not be negative");
    };
    let time =
        Timestamp::from_second(seconds).map_err(|error| anyhow!("invalid SOURCE_DATE_EPOCH: {error}"))?;
    Ok(PackConfig { dialect, modified, locked_at: Some(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()) })
}

/// Now, as Go prints it: with all its digits, and in the time zone of this machine.
pub(crate) fn now() -> String {
    let host = Machine::new();
    let time = Timestamp::from_nanosecond(host.now()).unwrap_or_default();
    let zone = TimeZone::get(host.time_zone()).unwrap_or(TimeZone::UTC);
    let text = time.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string();
    match text.strip_suffix("+00:00") {
        Some(utc) => format!("{utc}Z"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn now_is_a_time() {
        let now = super::now();
        assert!(
            now.starts_with("20") && now.contains('T') && (now.ends_with('Z') || now.contains(':')),
            "{now}"
        );
    }
}
