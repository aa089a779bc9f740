//! Answers: their form, how long they hold, and the short answer to a caller that has them already.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures_util::Stream;
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::call::Call;
use crate::parameters::{NEXT_TOKEN, Parameters};
use crate::problem::Problem;

/// The most bytes of an answer that is not compressed. Lambda's 6 MB hold it as a JSON text, in which
/// every quote takes two bytes.
const LARGEST_PLAIN: usize = 5_500_000;
/// The bytes at which a page ends: compressed or not, that is far from every limit.
pub(crate) const LARGEST_PAGE_BYTES: usize = 4_000_000;

/// How long an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Of closed days only: it changes when a late event revises one.
    Settled,
    /// It may be another the next time.
    Open,
}

impl Freshness {
    pub(crate) fn settled_if(settled: bool) -> Self {
        if settled { Self::Settled } else { Self::Open }
    }
}

/// In which form a list is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
}

pub(crate) const JSON: &str = "application/json";
// No cell of ours holds anything but ASCII, so Excel needs no mark to read it, and programs would
// stumble over one.
pub(crate) const CSV: &str = "text/csv; charset=utf-8; header=present";
pub(crate) const HTML: &str = "text/html; charset=utf-8";
pub(crate) const FORMAT: &str = "format";

impl Format {
    /// By the parameter, else by what the caller accepts, else JSON.
    pub(crate) fn of(parameters: &Parameters, headers: &HeaderMap) -> Result<Self, Problem> {
        match parameters.text(FORMAT) {
            Some("json") => Ok(Self::Json),
            Some("csv") => Ok(Self::Csv),
            Some(_) => Err(Problem::parameter(FORMAT, "must be json or csv")),
            None => {
                let json = preference(headers, "application", "json");
                let csv = preference(headers, "text", "csv");
                Ok(if csv.quality > json.quality { Self::Csv } else { Self::Json })
            }
        }
    }
}

/// Whether a page is wanted more than JSON: a browser's navigation says so, and whoever names HTML beside
/// everything else.
pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    preference(headers, "text", "html") > preference(headers, "application", "problem+json")
}

/// How much a media type is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Preference {
    /// In thousandths.
    quality: u32,
    /// How closely it is named, of equal qualities.
    closeness: u8,
}

/// By the range that names a media type most closely. Without the header everything is wanted.
fn preference(headers: &HeaderMap, kind: &str, subtype: &str) -> Preference {
    let mut best = Preference { quality: 0, closeness: 0 };
    let mut any = false;
    for accepted in headers.get_all(header::ACCEPT) {
        for range in accepted.to_str().unwrap_or_default().split(',') {
            any = true;
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let closeness = match name.split_once('/') {
                Some(("*", "*")) => 1,
                Some((of, "*")) if of == kind => 2,
                Some((of, sub)) if of == kind && sub == subtype => 3,
                _ => continue,
            };
            let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1000, thousandths);
            if closeness > best.closeness {
                best = Preference { quality, closeness };
            }
        }
    }
    if any { best } else { Preference { quality: 1000, ..best } }
}

/// A quality such as `1` or `0.5`, in thousandths; anything else counts as 0, not wanted.
fn thousandths(quality: &str) -> u32 {
    let (whole, decimals) = quality.split_once('.').unwrap_or((quality, ""));
    format!("{whole}{decimals:0<3}").parse().unwrap_or(0).min(1000)
}

/// Entries of a list, written as they are read, so that the records need not be kept.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    written: Vec<Box<RawValue>>,
    bytes: usize,
}

impl Entries {
    pub(crate) fn push(&mut self, entry: &impl Serialize) -> Result<(), Problem> {
        let entry = serde_json::value::to_raw_value(entry).map_err(unwritable)?;
        self.bytes += entry.get().len() + 1;
        self.written.push(entry);
        Ok(())
    }

    /// Whether the page has no room for more.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= LARGEST_PAGE_BYTES
    }

    pub(crate) fn len(&self) -> usize {
        self.written.len()
    }

    /// `{"name":[…],"nextToken":"…"}`.
    pub(crate) fn into_json(
        self,
        name: &'static str,
        next: Option<&str>,
    ) -> Result<Vec<u8>, Problem> {
        struct List<'a>(&'static str, Vec<Box<RawValue>>, Option<&'a str>);
        impl Serialize for List<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry(self.0, &self.1)?;
                if let Some(next) = self.2 {
                    map.serialize_entry(NEXT_TOKEN, next)?;
                }
                map.end()
            }
        }
        json(&List(name, self.written, next))
    }
}

pub(crate) fn json(body: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(body).map_err(unwritable)
}

/// A text in memory can always be written to; what a view refuses is the code's fault.
pub(crate) fn unwritable(error: impl std::error::Error) -> Problem {
    tracing::error!(%error, "an answer could not be written");
    Problem::internal()
}

/// An answer in one piece.
pub(crate) fn whole(
    call: &Call,
    media_type: &'static str,
    body: Vec<u8>,
    freshness: Freshness,
) -> Result<Response, Problem> {
    if !call.is_streamed() && !accepts_gzip(&call.headers) && length_as_text(&body) > LARGEST_PLAIN
    {
        let detail = "the answer is too large unless it is compressed; accept gzip";
        return Err(Problem::new(StatusCode::NOT_ACCEPTABLE, detail));
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if freshness == Freshness::Settled {
        let tag = entity_tag(&body);
        // A minute, since a late event may revise what is closed; and for the caller alone.
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, max-age=60, must-revalidate"),
        );
        let matched = is_known(&call.headers, &tag);
        headers.insert(header::ETAG, HeaderValue::from_str(&tag).map_err(unwritable)?);
        if matched {
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
    }
    Ok((headers, body).into_response())
}

/// A CSV that is made while it is sent.
pub(crate) fn streamed(
    rows: impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static,
) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(CSV)),
        (header::VARY, HeaderValue::from_static("accept")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Body::from_stream(rows)).into_response()
}

/// Says where a list that has no place for a token goes on.
pub(crate) fn link_next(response: &mut Response, call: &Call, next: &str) -> Result<(), Problem> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let given = form_urlencoded::parse(call.uri.query().unwrap_or_default().as_bytes());
    query.extend_pairs(given.filter(|(name, _)| name != NEXT_TOKEN));
    query.append_pair(NEXT_TOKEN, next);
    // Relative to the call: what stands before its path is known outside alone.
    let link = format!("<?{}>; rel=\"next\"", query.finish());
    let headers = response.headers_mut();
    headers.insert(header::LINK, HeaderValue::from_str(&link).map_err(unwritable)?);
    headers.insert(NEXT_TOKEN_HEADER, HeaderValue::from_str(next).map_err(unwritable)?);
    Ok(())
}

/// The token of the next page, beside `Link`, for readers of CSV.
const NEXT_TOKEN_HEADER: HeaderName = HeaderName::from_static("x-next-token");

/// By the answer's own bytes: whatever changes it, a revision, a rounding, a new field, changes
/// its tag, and nothing else does. Reckoning it from revisions would spare the reading of reports
/// for a 304, and would be wrong whenever a report is read before its newest revision has reached
/// the replica that answers. Weak, since compression makes other bytes of the same answer.
fn entity_tag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    format!("W/\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&digest[..16]))
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut known = known.flat_map(|value| value.to_str().unwrap_or_default().split(','));
    known.any(|known| known.trim() == "*" || opaque(known) == opaque(tag))
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut codings = accepted.flat_map(|value| value.to_str().unwrap_or_default().split(','));
    codings.any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1000, thousandths);
        quality > 0 && matches!(name.as_str(), "gzip" | "*")
    })
}

fn length_as_text(body: &[u8]) -> usize {
    body.len() + body.iter().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\r')).count()
}

/// What CSV is written to, and taken from piece by piece.
#[derive(Debug, Clone, Default)]
pub(crate) struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(crate) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{Format, accepts_gzip, entity_tag, is_known};
    use crate::parameters::Parameters;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn csv_is_for_who_wants_it_more() {
        let csv = |accept| {
            let format = Format::of(&Parameters::default(), &headers(header::ACCEPT, accept));
            format.unwrap() == Format::Csv
        };
        for accept in [
            "text/csv",
            "text/*",
            "text/csv, */*;q=0.1",
            "TEXT/CSV;header=present",
            "application/json;q=0.5,text/csv;q=0.9",
        ] {
            assert!(csv(accept), "{accept}");
        }
        for accept in [
            "*/*",
            "application/json",
            "text/html",
            "text/csv, application/json",
            "text/csv;q=0",
            "text/csv;q=x, */*",
            "nonsense",
        ] {
            assert!(!csv(accept), "{accept}");
        }
        assert_eq!(Format::of(&Parameters::default(), &HeaderMap::new()).unwrap(), Format::Json);
    }

    #[test]
    fn gzip_is_taken_where_it_is_named_and_not_refused() {
        for (accept, taken) in [
            ("gzip", true),
            ("br, GZIP;q=0.1", true),
            ("*", true),
            ("gzip;q=0", false),
            ("br", false),
            ("", false),
        ] {
            assert_eq!(accepts_gzip(&headers(header::ACCEPT_ENCODING, accept)), taken, "{accept}");
        }
    }

    #[test]
    fn a_tag_is_known_whether_weak_or_strong_alone_or_in_a_list() {
        let tag = entity_tag(b"answer");
        let strong = tag.trim_start_matches("W/");
        for known in [tag.clone(), strong.to_owned(), format!("\"x\", {tag}"), "*".to_owned()] {
            let known = HeaderMap::from_iter([(
                header::IF_NONE_MATCH,
                HeaderValue::from_str(&known).unwrap(),
            )]);
            assert!(is_known(&known, &tag));
        }
        assert!(!is_known(&headers(header::IF_NONE_MATCH, "W/\"x\""), &tag));
        assert_ne!(entity_tag(b"another"), tag);
    }
}
