//! The caller, and what it may see.
//!
//! Authentication is API Gateway's. What it found out arrives as claims of a token that it has
//! checked, or as an IAM identity; the server in front of the router turns that into a [`Caller`].

use std::collections::{BTreeSet, HashMap};

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use roomwatt_domain::HotelId;

use crate::problem::Problem;

/// The caller of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// The deployment's owner: an IAM identity, or the user of a local run.
    Owner,
    /// The bearer of a token.
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
    /// `reports:read`: everything but profiles' changes.
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
    /// From a token's claims `hotels` and `scope`, as the JWT authorizer hands them on.
    ///
    /// API Gateway makes a text of every claim: a list arrives as `[a b]`, and a list that the
    /// issuer wrote as text may be separated by commas or spaces. Names that can be no hotel's are
    /// left out; a missing claim names no hotel and no scope.
    pub fn bearer(claims: &HashMap<String, String>) -> Self {
        let claim = |name| claims.get(name).map_or("", String::as_str);
        let mut hotels = BTreeSet::new();
        for name in words(claim("hotels")) {
            if name == "*" {
                return Self::Bearer { hotels: Hotels::All, scopes: scopes(claim("scope")) };
            }
            hotels.extend(HotelId::new(name));
        }
        Self::Bearer { hotels: Hotels::Named(hotels), scopes: scopes(claim("scope")) }
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

fn scopes(claim: &str) -> BTreeSet<Scope> {
    let known = |word| {
        [Scope::ReadReports, Scope::WriteHotels].into_iter().find(move |scope| scope.name() == word)
    };
    words(claim).filter_map(known).collect()
}

fn words(claim: &str) -> impl Iterator<Item = &str> {
    claim
        .split(|parting: char| parting.is_whitespace() || matches!(parting, ',' | '[' | ']' | '"'))
        .filter(|word| !word.is_empty())
}

/// Turns a call away if its caller is not known.
pub(crate) async fn require(request: Request, next: Next) -> Response {
    if request.extensions().get::<Caller>().is_none() {
        let detail = "neither a token's claims nor an IAM identity came with the call";
        return Problem::new(StatusCode::UNAUTHORIZED, detail).into_response();
    }
    next.run(request).await
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
}
