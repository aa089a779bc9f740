//! The sources that are built in, one a publisher.

/// A source that is compiled in.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// The document.
    pub text: &'static str,
}

/// All of them, by name.
pub const ALL: &[BuiltIn] = &[];

/// The document of a built-in source.
pub fn find(name: &str) -> Option<&'static str> {
    ALL.iter().find(|source| source.name == name).map(|source| source.text)
}
