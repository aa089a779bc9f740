//! What a browser is told where there is no page.

use askama::Template;

use crate::PageError;
use crate::language::Language;
use crate::parts::Frame;

/// The page of a call that could not be answered.
#[derive(Debug, Clone, Copy)]
pub struct ProblemPage<'a> {
    /// The status of HTTP.
    pub status: u16,
    /// What was wrong, as the API says it.
    pub detail: &'a str,
    /// The parameter that was wrong.
    pub parameter: Option<&'a str>,
    /// The page's language.
    pub language: Language,
}

impl ProblemPage<'_> {
    /// Writes the page.
    ///
    /// # Errors
    /// [`PageError`], if the template engine fails.
    pub fn render(&self) -> Result<String, PageError> {
        let say = |english, korean| self.language.say(english, korean);
        let (heading, advice) = match self.status {
            400 => (
                say("This address cannot be answered", "주소가 올바르지 않습니다"),
                say(
                    "Correct what is named below, or begin at the list of hotels.",
                    "아래에 적힌 부분을 고치거나 호텔 목록에서 다시 시작하십시오.",
                ),
            ),
            401 | 403 => (
                say("You may not see this page", "이 페이지를 볼 권한이 없습니다"),
                say(
                    "Ask whoever runs Roomwatt at your hotel for access.",
                    "호텔의 Roomwatt 담당자에게 권한을 요청하십시오.",
                ),
            ),
            404 => (
                say("There is nothing here", "찾는 내용이 없습니다"),
                say(
                    "It may be misspelt, not yet reported, or no longer kept.",
                    "주소가 틀렸거나, 아직 보고되지 않았거나, 보관 기간이 지났을 수 있습니다.",
                ),
            ),
            429 | 503 => (
                say("Not now", "지금은 응답할 수 없습니다"),
                say("Load the page again in a moment.", "잠시 후 다시 불러오십시오."),
            ),
            _ => (
                say("This did not work", "처리하지 못했습니다"),
                say(
                    "Load the page again; if that does not help, tell whoever runs Roomwatt.",
                    "다시 불러오십시오. 계속되면 Roomwatt 담당자에게 알리십시오.",
                ),
            ),
        };
        let frame = Frame { period: advice.to_owned(), ..Frame::headed(self.language, heading) };
        let rule = match self.language {
            // The detail says it.
            Language::English => None,
            Language::Korean => self.parameter.and_then(rule_in_korean),
        };
        Ok(View { frame, rule, detail: self.detail, status: self.status }.render()?)
    }
}

/// What the address of a page may say for a parameter.
fn rule_in_korean(parameter: &str) -> Option<&'static str> {
    Some(match parameter {
        "from" | "to" => {
            "시작일과 종료일은 2026-11-01 형식이며 함께 지정합니다. 시작일이 종료일보다 늦을 수 없고, 기간은 최대 366일이며, 보관 중인 데이터가 있어야 합니다."
        }
        "date" => "날짜는 2026-11-01 형식이며, 보관 중인 날이어야 합니다.",
        "period" => {
            "기간은 yesterday, 7d, 30d, mtd, ytd, last-week, last-month, 2026-11, 2026-W45 중 하나이며, 날짜와 함께 지정할 수 없습니다."
        }
        "baseline" => "비교 대상은 previous, same-weekdays, last-year 중 하나입니다.",
        "sort" => "정렬은 rank, cost, energy, name 중 하나입니다.",
        _ => return None,
    })
}

#[derive(Template)]
#[template(path = "problem.html", whitespace = "minimize")]
struct View<'a> {
    frame: Frame,
    rule: Option<&'static str>,
    detail: &'a str,
    status: u16,
}
