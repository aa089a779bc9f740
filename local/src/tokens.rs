//! Who may call, where not everybody on the machine may: bearer tokens in a file.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use axum::http::{HeaderMap, header};
use roomwatt_api::Caller;
use roomwatt_api::caller::Hotels;
use roomwatt_domain::HotelId;
use sha2::{Digest, Sha256};

use crate::input::{BadInput, read_text};

/// The scope of whoever may send events.
pub const WRITE_EVENTS: &str = "events:write";
/// A token that can be guessed is none.
const SHORTEST: usize = 16;

/// What the bearer of a token may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    claims: HashMap<String, String>,
}

impl Grant {
    /// Everything there is.
    pub fn of_everything() -> Self {
        Self::new("*", WRITE_EVENTS)
    }

    /// Nothing at all.
    pub fn of_nothing() -> Self {
        Self::new("", "")
    }

    fn new(hotels: &str, scopes: &str) -> Self {
        let claims = [("hotels", hotels), ("scope", scopes)];
        Self::from_claims(claims.map(|(name, text)| (name.to_owned(), text.to_owned())).into())
    }

    /// By a token's claims `hotels` and `scope`.
    pub fn from_claims(claims: HashMap<String, String>) -> Self {
        Self { claims }
    }

    /// The same for the report API.
    pub fn caller(&self) -> Caller {
        Caller::bearer(&self.claims)
    }

    /// Whether it may send events.
    pub fn may_write_events(&self) -> bool {
        let scopes = self.claims.get("scope").map_or("", String::as_str);
        scopes.split([' ', ',', '[', ']']).any(|scope| scope == WRITE_EVENTS)
    }

    /// The hotels that it is for; `None` for all.
    pub fn hotels(&self) -> Option<BTreeSet<HotelId>> {
        match self.caller() {
            Caller::Bearer { hotels: Hotels::Named(hotels), .. } => Some(hotels),
            Caller::Bearer { hotels: Hotels::All, .. } | Caller::Owner => None,
        }
    }
}

/// The tokens of a file, of which only hashes are held.
#[derive(Debug)]
pub struct Tokens(HashMap<[u8; 32], Grant>);

impl Tokens {
    /// Reads a file with a line for each token: the token, its hotels (`*` for all) and its scopes,
    /// both parted by commas. Blank lines and lines that begin with `#` are passed over.
    ///
    /// # Errors
    /// [`BadInput`] that names the line, and never the token.
    pub fn read(path: &Path) -> Result<Self, BadInput> {
        let name = path.display();
        let mut tokens = HashMap::new();
        for (number, line) in read_text(path)?.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bad = |why: String| BadInput(format!("{name}, line {}: {why}", number + 1));
            let words: Vec<_> = line.split_whitespace().collect();
            let [token, hotels, scopes] = words[..] else {
                return Err(bad("must be TOKEN HOTELS SCOPES".to_owned()));
            };
            if token.len() < SHORTEST {
                return Err(bad(format!("a token has at least {SHORTEST} characters")));
            }
            for hotel in hotels.split(',').filter(|hotel| *hotel != "*") {
                HotelId::new(hotel).map_err(|error| bad(error.to_string()))?;
            }
            let known = ["reports:read", "hotels:write", WRITE_EVENTS];
            if let Some(unknown) = scopes.split(',').find(|scope| !known.contains(scope)) {
                let known = known.join(", ");
                return Err(bad(format!("{unknown} is no scope; scopes are {known}")));
            }
            let scopes = scopes.replace(',', " ");
            if tokens.insert(hash(token), Grant::new(hotels, &scopes)).is_some() {
                return Err(bad("the token is there twice".to_owned()));
            }
        }
        if tokens.is_empty() {
            return Err(BadInput(format!("{name}: holds no token, so nobody could call")));
        }
        Ok(Self(tokens))
    }

    /// What the bearer of the token in a request's headers may do, if there is such a token.
    pub fn grant(&self, headers: &HeaderMap) -> Option<&Grant> {
        let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        // By its hash, so that how long it takes says nothing of the tokens there are.
        scheme.eq_ignore_ascii_case("bearer").then(|| self.0.get(&hash(token.trim())))?
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
