//! The languages of the pages.
//!
//! Two languages with one plural rule between them: a catalogue or a locale library would be more
//! to keep than the texts. Both texts of a phrase stand side by side where it is used, so that
//! neither can be missing.

/// A language that pages are written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English; also for whoever asks for a language that there is no page in.
    #[default]
    English,
    /// Korean.
    Korean,
}

impl Language {
    /// In the order in which a page offers them.
    pub const ALL: [Language; 2] = [Language::English, Language::Korean];

    /// The language that a request asks for: its `lang` parameter where that names one, else the
    /// one that its `Accept-Language` header weighs highest, else English.
    ///
    /// ```
    /// use roomwatt_page::Language;
    ///
    /// assert_eq!(Language::of(Some("ko"), Some("en-GB")), Language::Korean);
    /// assert_eq!(Language::of(None, Some("de, ko-KR;q=0.8, en;q=0.5")), Language::Korean);
    /// assert_eq!(Language::of(Some("tlh"), None), Language::English);
    /// ```
    pub fn of(lang: Option<&str>, accept_language: Option<&str>) -> Self {
        if let Some(named) = lang.and_then(Self::named) {
            return named;
        }
        let mut best = (0, Self::default());
        for choice in accept_language.unwrap_or_default().split(',') {
            let (tag, weight) = choice.split_once(';').unwrap_or((choice, ""));
            let weight = thousandths(weight.trim());
            if let Some(language) = Self::named(tag.trim())
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }

    /// The language of a tag such as `ko` or `en-GB`.
    fn named(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// As `lang` parameter and attribute.
    pub const fn tag(self) -> &'static str {
        self.say("en", "ko")
    }

    /// What its speakers call it.
    pub const fn name(self) -> &'static str {
        self.say("English", "한국어")
    }

    /// The text in this language.
    pub(crate) const fn say<'a>(self, english: &'a str, korean: &'a str) -> &'a str {
        match self {
            Language::English => english,
            Language::Korean => korean,
        }
    }

    /// The form that goes with a number of things. Korean has one form for all numbers.
    pub(crate) fn count<'a>(
        self,
        number: u64,
        one: &'a str,
        many: &'a str,
        korean: &'a str,
    ) -> &'a str {
        self.say(if number == 1 { one } else { many }, korean)
    }
}

/// The weight `q=0.8` in thousandths; 1 where none is given, 0 for what is none.
fn thousandths(parameter: &str) -> u32 {
    if parameter.is_empty() {
        return 1000;
    }
    let Some(weight) = parameter.strip_prefix("q=") else { return 0 };
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    match (whole, decimals) {
        ("1", _) => 1000,
        ("0", digits) if digits.len() <= 3 => format!("{digits:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_parameter_goes_before_the_header() {
        assert_eq!(Language::of(Some("en"), Some("ko")), Language::English);
        assert_eq!(Language::of(Some("KO-kr"), Some("en")), Language::Korean);
    }

    #[test]
    fn an_unknown_parameter_leaves_it_to_the_header() {
        assert_eq!(Language::of(Some("xx"), Some("ko")), Language::Korean);
        assert_eq!(Language::of(Some(""), None), Language::English);
    }

    #[test]
    fn the_header_is_weighed() {
        assert_eq!(Language::of(None, Some("en;q=0.4,ko;q=0.41")), Language::Korean);
        assert_eq!(Language::of(None, Some("ko;q=0, fr")), Language::English);
        assert_eq!(Language::of(None, Some("ko, en")), Language::Korean);
        assert_eq!(Language::of(None, Some("fr;q=x, ko;q=é;q=1")), Language::English);
        assert_eq!(Language::of(None, Some(&",;=".repeat(3000))), Language::English);
    }
}
