//! Where a list goes on.
//!
//! A token names the last entry of a page, and what was asked for. It gives no right to anything:
//! the next call is checked like the first. The digest in it finds tokens that were made up, cut
//! or altered, and tokens of another query, which would silently leave entries out.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::parameters::NEXT_TOKEN;
use crate::problem::Problem;

const DIGEST: usize = 12;
/// No position is longer: a date and a room, or a group's key.
const LONGEST: usize = 256;

/// A token that goes on after the position, in the list that the query asks for.
pub(crate) fn write(query: &str, position: &str) -> String {
    let mut bytes = digest(query, position).to_vec();
    bytes.extend_from_slice(position.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The position that a token goes on after.
pub(crate) fn read(query: &str, token: &str) -> Result<String, Problem> {
    let foreign =
        || Problem::parameter(NEXT_TOKEN, "is not from an answer to this query; begin without it");
    if token.len() > LONGEST {
        return Err(foreign());
    }
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| foreign())?;
    let (found, position) = bytes.split_at_checked(DIGEST).ok_or_else(foreign)?;
    let position = String::from_utf8(position.to_vec()).map_err(|_| foreign())?;
    if found == digest(query, &position) { Ok(position) } else { Err(foreign()) }
}

fn digest(query: &str, position: &str) -> [u8; DIGEST] {
    let mut digest = Sha256::new();
    for part in ["roomwatt nextToken 1", query, position] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    let mut short = [0; DIGEST];
    short.copy_from_slice(&digest.finalize()[..DIGEST]);
    short
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    #[test]
    fn a_token_leads_on_in_its_own_query_only() {
        let token = write("reports harbour 2026", "2026-10-12/101");
        assert_eq!(read("reports harbour 2026", &token).unwrap(), "2026-10-12/101");
        assert!(read("reports harbour 2027", &token).is_err());
        assert!(read("reports harbour 202", &write("reports harbour 202", "6")).is_ok());
        assert!(read("reports harbour 2026", &write("reports harbour 202", "6")).is_err());
    }

    #[test]
    fn whatever_is_no_token_is_refused() {
        let token = write("q", "2026-10-12/101");
        let mut altered = token.clone().into_bytes();
        for at in 0..altered.len() {
            let before = altered[at];
            altered[at] = if before == b'A' { b'B' } else { b'A' };
            let text = std::str::from_utf8(&altered).unwrap();
            assert!(read("q", text).is_err(), "{text}");
            assert!(read("q", &token[..at]).is_err());
            altered[at] = before;
        }
        for made_up in ["", "A", "====", "2026-10-12", &"A".repeat(8192), "é"] {
            assert!(read("q", made_up).is_err(), "{made_up}");
        }
    }
}
