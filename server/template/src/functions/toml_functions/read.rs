//! Reads TOML into Go's values. The messages are those of the `toml` crate behind Go's line numbers: the two
//! parsers stop at different places for different reasons.

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::{Datetime, Offset};

use crate::functions::dates::{TomlZone, toml_time};
use crate::{List, ListType, Map, Value};

/// Reads a document, or gives the message of why not.
pub(super) fn read(text: &str) -> Result<Map, String> {
    let document = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(text.len(), |span| span.start);
        told(text, at, error.message())
    })?;
    table(text, document.get_ref())
}

fn told(text: &str, at: usize, message: &str) -> String {
    let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..at.min(text.len())]).count() + 1;
    format!("toml: line {line}: {message}")
}

fn table(text: &str, table: &DeTable<'_>) -> Result<Map, String> {
    let entries = table.iter().map(|(key, item)| Ok((key.get_ref().as_ref(), value(text, item)?)));
    entries.collect::<Result<Vec<(&str, Value)>, String>>().map(Map::from_iter)
}

fn value(text: &str, item: &Spanned<DeValue<'_>>) -> Result<Value, String> {
    Ok(match item.get_ref() {
        DeValue::String(it) => it.as_ref().into(),
        DeValue::Boolean(it) => (*it).into(),
        DeValue::Float(it) => {
            let number = it.as_str().replace('_', "").parse::<f64>();
            number
                .map_err(|_| told(text, item.span().start, &format!("invalid float {}", it.as_str())))?
                .into()
        }
        DeValue::Integer(it) => {
            let number = i64::from_str_radix(it.as_str(), it.radix());
            let message = || format!("{} is out of range for int64", it.as_str());
            number.map_err(|_| told(text, item.span().start, &message()))?.into()
        }
        DeValue::Datetime(it) => time(it),
        DeValue::Array(items) => {
            let values = items.iter().map(|it| value(text, it)).collect::<Result<Vec<Value>, String>>()?;
            // `[[name]]` makes another type than `name = [{}]`, and nothing but the text tells them apart.
            let is_tables = items
                .first()
                .is_some_and(|it| it.get_ref().is_table() && !text[it.span().start..].starts_with('{'));
            let list_type =
                if is_tables { ListType::Named("[]map[string]interface {}") } else { ListType::Any };
            List::new(list_type, values).into()
        }
        DeValue::Table(it) => table(text, it)?.into(),
    })
}

fn time(it: &Datetime) -> Value {
    let date = it.date.map_or((0, 1, 1), |date| (i64::from(date.year), date.month, date.day));
    let clock = it.time.map_or((0, 0, 0, 0), |time| {
        (time.hour, time.minute, time.second.unwrap_or_default(), time.nanosecond.unwrap_or_default())
    });
    let zone = match (it.offset, it.date, it.time) {
        (Some(Offset::Z), ..) => TomlZone::Offset(0),
        (Some(Offset::Custom { minutes }), ..) => TomlZone::Offset(minutes),
        (None, Some(_), Some(_)) => TomlZone::Local("datetime-local"),
        (None, _, None) => TomlZone::Local("date-local"),
        (None, None, _) => TomlZone::Local("time-local"),
    };
    toml_time(date, clock, zone)
}
