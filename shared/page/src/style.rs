//! The style sheet of all pages, and the policy that allows it, a form that leads back to the
//! same place, and nothing else.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// As it stands between `<style>` and `</style>`: the hash is taken of every character of it.
pub(crate) const STYLE: &str = include_str!("style.css");

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
});

/// The value of the `Content-Security-Policy` header that every page is to be sent with.
pub fn content_security_policy() -> &'static str {
    &POLICY
}
