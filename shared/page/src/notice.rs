//! What a browser is told where there is no report to show: at the door.

use askama::Template;

use crate::PageError;
use crate::language::Language;
use crate::parts::Frame;

/// Where a person signs in.
const SIGN_IN: &str = "/signin";

/// What there is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The session has ended, as was asked for.
    SignedOut {
        /// Whether one can sign in here.
        sign_in: bool,
    },
    /// Nobody is known by the request, and nobody can sign in here: links alone lead in.
    LinksAlone,
    /// The link has expired, was deleted, or never was.
    NoLink,
    /// The sign-in did not begin in this browser, or began too long ago.
    Interrupted,
    /// The provider did not let the person in, or what it said of them does not hold.
    Declined,
    /// Who signed in may see no hotel.
    NoHotel,
    /// The provider does not answer.
    Unavailable,
    /// What the provider says of itself cannot be worked with.
    Unusable,
}

/// A page that tells it.
#[derive(Debug, Clone, Copy)]
pub struct NoticePage {
    /// What.
    pub notice: Notice,
    /// The page's language.
    pub language: Language,
}

impl NoticePage {
    /// Writes the page.
    ///
    /// # Errors
    /// [`PageError`], if the template engine fails.
    pub fn render(self) -> Result<String, PageError> {
        let (heading, text) = self.words();
        let link = match self.notice {
            Notice::SignedOut { sign_in: true } => {
                Some(self.language.say("Sign in again", "다시 로그인"))
            }
            Notice::Interrupted | Notice::Declined | Notice::NoHotel | Notice::Unavailable => {
                Some(self.language.say("Try again", "다시 시도"))
            }
            Notice::SignedOut { sign_in: false }
            | Notice::LinksAlone
            | Notice::NoLink
            | Notice::Unusable => None,
        };
        let link = link.map(|text| (SIGN_IN, text));
        let frame = Frame::headed(self.language, heading);
        Ok(View { frame, text, link }.render()?)
    }

    fn words(self) -> (&'static str, &'static str) {
        let ask = |english, korean| self.language.say(english, korean);
        match self.notice {
            Notice::SignedOut { .. } => (
                ask("You are signed out", "로그아웃되었습니다"),
                ask(
                    "This browser can no longer see any report.",
                    "이 브라우저에서는 더 이상 보고서를 볼 수 없습니다.",
                ),
            ),
            Notice::LinksAlone => (
                ask("You need a link to see this", "링크가 있어야 볼 수 있습니다"),
                ask(
                    "Ask whoever runs Roomwatt for your hotel to send you one. It opens the hotel’s page and works for up to 30 days.",
                    "호텔의 Roomwatt 담당자에게 링크를 요청하십시오. 링크를 열면 호텔 페이지가 나타나며 최대 30일 동안 유효합니다.",
                ),
            ),
            Notice::NoLink => (
                ask("This link does not work", "사용할 수 없는 링크입니다"),
                ask(
                    "It has expired, was deleted, or is not complete. Ask whoever sent it to you for a new one.",
                    "만료되었거나 삭제되었거나 주소가 온전하지 않습니다. 보낸 사람에게 새 링크를 요청하십시오.",
                ),
            ),
            Notice::Interrupted => (
                ask("The sign-in was not completed", "로그인이 완료되지 않았습니다"),
                ask(
                    "It took longer than ten minutes, or did not begin in this browser.",
                    "10분이 지났거나 이 브라우저에서 시작되지 않은 로그인입니다.",
                ),
            ),
            Notice::Declined => (
                ask("You were not signed in", "로그인하지 못했습니다"),
                ask(
                    "The sign-in service did not let you in, or the sign-in was used already.",
                    "로그인 서비스에서 허용하지 않았거나 이미 사용된 로그인입니다.",
                ),
            ),
            Notice::NoHotel => (
                ask("Your account may see no hotel", "볼 수 있는 호텔이 없는 계정입니다"),
                ask(
                    "Ask whoever runs Roomwatt for your hotel to add the hotel to your account, then sign in again.",
                    "호텔의 Roomwatt 담당자에게 계정에 호텔을 추가해 달라고 요청한 뒤 다시 로그인하십시오.",
                ),
            ),
            Notice::Unavailable => (
                ask("The sign-in service does not answer", "로그인 서비스가 응답하지 않습니다"),
                ask("Try again in a moment.", "잠시 후 다시 시도하십시오."),
            ),
            Notice::Unusable => (
                ask("Signing in does not work here", "지금은 로그인할 수 없습니다"),
                ask(
                    "The sign-in service and this installation do not fit together. Tell whoever runs Roomwatt for your hotel: the log says what is wrong.",
                    "로그인 서비스의 설정이 맞지 않습니다. 호텔의 Roomwatt 담당자에게 알려 주십시오. 원인은 로그에 있습니다.",
                ),
            ),
        }
    }
}

#[derive(Template)]
#[template(path = "notice.html", whitespace = "minimize")]
struct View {
    frame: Frame,
    text: &'static str,
    link: Option<(&'static str, &'static str)>,
}
