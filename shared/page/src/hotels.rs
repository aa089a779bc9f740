//! The hotels that somebody may see, each with its last closed day and its month so far.

use askama::Template;
use roomwatt_domain::{BusinessDate, Profile, Totals};

use crate::PageError;
use crate::language::Language;
use crate::notation::Notation;
use crate::parts::{Cell, Column, Frame, Link, Row, Table, hotel_name, in_languages};
use crate::telling::Amounts;

/// A hotel in the list.
#[derive(Debug, Clone, Copy)]
pub struct HotelLine<'a> {
    /// Which hotel.
    pub profile: &'a Profile,
    /// The last day that it has closed, with that day's sums, and those of its month up to it.
    pub closed: Option<(BusinessDate, Totals, Totals)>,
}

/// The page that leads to every hotel's page.
#[derive(Debug, Clone, Copy)]
pub struct HotelsPage<'a> {
    /// In the order in which they are shown.
    pub hotels: &'a [HotelLine<'a>],
    /// Where the list goes on: a token.
    pub next: Option<&'a str>,
    /// The page's language.
    pub language: Language,
    /// Whether the reader has a session, and may end it.
    pub signed_in: bool,
}

impl HotelsPage<'_> {
    /// Writes the page.
    ///
    /// # Errors
    /// [`PageError`], if the template engine fails.
    pub fn render(&self) -> Result<String, PageError> {
        let language = self.language;
        let say = |english, korean| language.say(english, korean);
        let heading = say("Hotels", "호텔");
        let mut frame = Frame::headed(language, heading);
        frame.sign_out = self.signed_in.then(|| "signout".to_owned());
        frame.languages = in_languages(|language| format!("?lang={}", language.tag()));
        let to_next = |token| format!("?nextToken={token}&lang={}", language.tag());
        frame.next = self.next.map(|token| Link::to(say("More", "더 보기"), Some(to_next(token))));
        let table = Table {
            caption: say("Hotels and what they wasted", "호텔별 낭비").to_owned(),
            columns: vec![
                Column::text(say("Hotel", "호텔")),
                Column::text(say("Last closed day", "최근 마감일")),
                Column::figure(say("Wasted that day", "그날의 낭비")),
                Column::figure(say("Wasted this month", "이번 달 낭비")),
                Column::figure(say("Energy this month", "이번 달 에너지")),
            ],
            rows: self.hotels.iter().map(|hotel| self.row(hotel)).collect(),
            sum: None,
        };
        Ok(View { frame, table, empty: self.hotels.is_empty() }.render()?)
    }

    fn row(&self, hotel: &HotelLine<'_>) -> Row {
        let id = hotel.profile.hotel_id.as_str();
        let href = format!("hotels/{id}/report.html?lang={}", self.language.tag());
        let head = Link::to(hotel_name(hotel.profile), Some(href));
        let notation = Notation::new(hotel.profile, self.language);
        let Some((date, day, month)) = hotel.closed else {
            let none = self.language.say("none yet", "아직 없음").to_owned();
            return Row {
                head,
                cells: vec![Cell::Text(none), Cell::Absent, Cell::Absent, Cell::Absent],
            };
        };
        let wasted = |totals: &Totals| {
            let amounts = Amounts::of(&notation, totals);
            Cell::Figure(amounts.text(amounts.confirmed))
        };
        let cells = vec![
            Cell::Text(notation.date(date)),
            wasted(&day),
            wasted(&month),
            Cell::Datum(Notation::energy(month.energy)),
        ];
        Row { head, cells }
    }
}

#[derive(Template)]
#[template(path = "hotels.html", whitespace = "minimize")]
struct View {
    frame: Frame,
    table: Table,
    empty: bool,
}
