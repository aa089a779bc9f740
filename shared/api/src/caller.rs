//! The caller, and what it may see.
//!
//! Authentication is API Gateway's. What it found out arrives as claims of a token that it has
//! checked, or as an IAM identity; the server in front of the router turns that into a [`Caller`]. Of a
//! browser `door` makes one, by its session.

use std::collections::{BTreeSet, HashMap};

use axum::http::StatusCode;
use roomwatt_domain::HotelId;

use crate::problem::Problem;

/// The caller of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// The deployment's owner: an IAM identity, or the user of a local run.
    Owner,
    /// The bearer of a token, or of a session.
    Bearer {
        /// Which hotels exist for it.
        hotels: Hotels,
        /// What it may do.
        scopes: BTreeSet<Scope>,
    },
}

/// The hotels that exist for a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hotels {
    /// All there are: `*`.
    All,
    /// These.
    Named(BTreeSet<HotelId>),
}

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// `reports:read`: everything but profiles' changes. Also to make links, and to delete them.
    ReadReports,
    /// `hotels:write`: to create and replace profiles, registers and, for every hotel, sources.
    WriteHotels,
}

impl Scope {
    /// As tokens spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Scope::ReadReports => "reports:read",
            Scope::WriteHotels => "hotels:write",
        }
    }
}

impl Caller {
    /// From a token's claims `hotels` and `scope` (or `scp`), as the JWT authorizer hands them on.
    ///
    /// API Gateway makes a text of every claim: a list arrives as `[a b]`, and a list that the
    /// issuer wrote as text may be separated by commas or spaces. A missing claim names no hotel and
    /// no scope.
    pub fn bearer(claims: &HashMap<String, String>) -> Self {
        Self::bearer_by(claims, "hotels")
    }

    /// The same where another claim names the hotels: some issuers do not let one choose.
    pub fn bearer_by(claims: &HashMap<String, String>, hotels_claim: &str) -> Self {
        let claim = |name| claims.get(name).map_or("", String::as_str);
        let scopes = SCOPES.into_iter().flat_map(|name| scopes(claim(name))).collect();
        Self::Bearer { hotels: Hotels::named_by(claim(hotels_claim)), scopes }
    }

    /// 403 unless the caller may do this kind of thing.
    pub(crate) fn demand(&self, scope: Scope) -> Result<(), Problem> {
        match self {
            Self::Bearer { scopes, .. } if !scopes.contains(&scope) => {
                let detail = format!("the token lacks the scope {}", scope.name());
                Err(Problem::new(StatusCode::FORBIDDEN, detail))
            }
            _ => Ok(()),
        }
    }

    /// Whether a hotel exists as far as the caller is concerned.
    pub(crate) fn may_see(&self, hotel: &HotelId) -> bool {
        match self.hotels() {
            Hotels::All => true,
            Hotels::Named(hotels) => hotels.contains(hotel),
        }
    }

    pub(crate) fn hotels(&self) -> &Hotels {
        match self {
            Self::Owner => &Hotels::All,
            Self::Bearer { hotels, .. } => hotels,
        }
    }
}

impl Hotels {
    /// From a claim. Names that can be no hotel's are left out.
    pub(crate) fn named_by(claim: &str) -> Self {
        let mut hotels = BTreeSet::new();
        for name in words(claim) {
            if name == "*" {
                return Self::All;
            }
            hotels.extend(HotelId::new(name));
        }
        Self::Named(hotels)
    }
}

/// The claims that name scopes; an issuer writes one of them.
const SCOPES: [&str; 2] = ["scope", "scp"];

/// The scopes that a claim names. What stands before a name's last `/` says whose scope it is: an
/// issuer puts the resource server there, which the audience has told already.
fn scopes(claim: &str) -> impl Iterator<Item = Scope> {
    words(claim).filter_map(|word| {
        let name = word.rsplit('/').next();
        let known = [Scope::ReadReports, Scope::WriteHotels];
        known.into_iter().find(|scope| Some(scope.name()) == name)
    })
}

fn words(claim: &str) -> impl Iterator<Item = &str> {
    claim
        .split(|parting: char| parting.is_whitespace() || matches!(parting, ',' | '[' | ']' | '"'))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Caller, Hotels, Scope};
    use roomwatt_domain::HotelId;

    fn bearer(claims: &[(&str, &str)]) -> Caller {
        let claims = claims.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Caller::bearer(&claims.collect())
    }

    #[test]
    fn lists_are_read_however_they_were_flattened() {
        for hotels in ["[a b-1]", "a b-1", "a,b-1", "a, b-1", r#"["a","b-1"]"#, "[a, b-1]"] {
            let caller = bearer(&[("hotels", hotels), ("scope", "openid reports:read")]);
            for (hotel, seen) in [("a", true), ("b-1", true), ("b", false), ("A", false)] {
                assert_eq!(caller.may_see(&HotelId::new(hotel).unwrap()), seen, "{hotels}");
            }
            assert!(caller.demand(Scope::ReadReports).is_ok());
            assert!(caller.demand(Scope::WriteHotels).is_err());
        }
    }

    #[test]
    fn a_star_is_every_hotel_and_nothing_is_none() {
        let hotel = HotelId::new("anything").unwrap();
        for all in ["*", "[*]", "a *"] {
            assert_eq!(bearer(&[("hotels", all)]).hotels(), &Hotels::All);
        }
        for none in ["", "[]", "a*", "**", "é"] {
            assert!(!bearer(&[("hotels", none)]).may_see(&hotel), "{none}");
        }
        assert!(!bearer(&[]).may_see(&hotel));
    }

    #[test]
    fn scopes_are_whole_words() {
        for scope in ["", "reports:reader", "xreports:read", "REPORTS:READ", "reports read"] {
            assert!(bearer(&[("scope", scope)]).demand(Scope::ReadReports).is_err(), "{scope}");
        }
        let both = bearer(&[("scope", "hotels:write reports:read")]);
        assert!(both.demand(Scope::ReadReports).is_ok() && both.demand(Scope::WriteHotels).is_ok());
    }

    #[test]
    fn scopes_stand_in_either_claim_and_after_the_name_of_their_server() {
        for (claim, scopes) in [
            ("scope", "openid roomwatt/reports:read"),
            ("scope", "https://roomwatt.example/reports:read"),
            ("scp", "reports:read"),
            ("scp", "[offline_access reports:read]"),
        ] {
            let caller = bearer(&[(claim, scopes)]);
            assert!(caller.demand(Scope::ReadReports).is_ok(), "{scopes}");
            assert!(caller.demand(Scope::WriteHotels).is_err(), "{scopes}");
        }
        for scopes in ["reports:read/", "reports:read/x", "roomwatt:reports:read", "/"] {
            assert!(bearer(&[("scope", scopes)]).demand(Scope::ReadReports).is_err(), "{scopes}");
        }
        let both = bearer(&[("scope", "reports:read"), ("scp", "hotels:write")]);
        assert!(both.demand(Scope::ReadReports).is_ok() && both.demand(Scope::WriteHotels).is_ok());
    }

    #[test]
    fn the_claim_that_names_hotels_is_chosen() {
        let claims = [("custom:hotels", "a"), ("hotels", "*"), ("scope", "reports:read")];
        let claims = claims.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let caller = Caller::bearer_by(&claims, "custom:hotels");
        assert!(caller.may_see(&HotelId::new("a").unwrap()));
        assert!(!caller.may_see(&HotelId::new("b").unwrap()));
    }
}
