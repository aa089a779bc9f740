//! Writes every page from made-up data into a folder, to look at: `cargo run -p roomwatt-page
//! --example preview -- FOLDER`. The same data each time. The pages refer to each other as they do
//! on the server, so the folder can be served as it is by any file server that ignores queries;
//! `report.json` beside the hotel's page answers for the API's totals.

#[path = "made_up/mod.rs"]
mod made_up;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use made_up::{Hotel, date};
use roomwatt_domain::{BusinessDate, ClosedReport, Profile, RoomId, RoomStates, Totals};
use roomwatt_page::{DayPage, HotelPage, Language, Range, RoomPage};
use roomwatt_report::TotalsView;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("name a folder")?;
    let october = Range { from: date("2026-10-01"), to: date("2026-10-31") };
    for language in Language::ALL {
        let folder = folder.join(language.tag());
        let hotel = Hotel::of_rooms(60, 9, october);
        whole(&folder.join("hotels/seoul-1"), &hotel, october, language)?;

        let small = Hotel::of_rooms(3, 5, october);
        let write = |name: &str, page: String| write(&folder.join(name), &page);
        write("year.html", year(language)?)?;
        write(
            "large.html",
            rendered(&Hotel::of_rooms(300, 3, october), october, october, language)?,
        )?;
        let later = Range { from: date("2026-10-25"), to: date("2026-11-05") };
        write("partly-open.html", rendered(&small, later, october, language)?)?;
        let bare = Profile::parse(
            r#"{"hotelId":"bare","timeZone":"Europe/Berlin","name":"فندق <b>‘Zürich’</b> 東京 & \"Söhne\""}"#,
        )?;
        write(
            "bare.html",
            rendered(&Hotel { profile: bare, ..small }, october, october, language)?,
        )?;
        let fresh = Profile::parse(r#"{"hotelId":"fresh","timeZone":"Asia/Seoul"}"#)?;
        write("fresh.html", HotelPage::new(&fresh, october, october, None, language).render()?)?;
    }
    Ok(())
}

/// A hotel's page, a page for each of its rooms, and all days of one of them.
fn whole(
    folder: &Path,
    hotel: &Hotel,
    range: Range,
    language: Language,
) -> Result<(), Box<dyn Error>> {
    let september = Range { from: date("2026-09-01"), to: date("2026-09-30") };
    write(&folder.join("report.html"), &rendered(hotel, range, september, language)?)?;
    let totals: Totals = hotel.days.iter().map(|day| day.closed.report.totals()).sum();
    let totals = serde_json_of(&totals)?;
    write(
        &folder.join("reports"),
        &format!(
            r#"{{"groups":[{{"key":"{}","reports":{},"totals":{totals}}}]}}"#,
            hotel.profile.hotel_id,
            hotel.days.len()
        ),
    )?;
    for room in hotel.rooms() {
        let reports: Vec<ClosedReport> = hotel.reports_of(&room).cloned().collect();
        let page = RoomPage {
            profile: &hotel.profile,
            room: &room,
            range,
            reports: &reports,
            closed_through: Some(range.to),
            language,
        };
        let folder = folder.join("rooms").join(room.as_str());
        write(&folder.join("report.html"), &page.render()?)?;
        write(&folder.join("history.html"), &day(hotel, &room, date("2026-10-14"), language)?)?;
        write(&folder.join("shortest.html"), &day(hotel, &room, date("2026-10-25"), language)?)?;
    }
    Ok(())
}

fn serde_json_of(totals: &Totals) -> Result<String, Box<dyn Error>> {
    Ok(serde_json::to_string(&TotalsView::of(totals))?)
}

fn day(
    hotel: &Hotel,
    room: &RoomId,
    date: BusinessDate,
    language: Language,
) -> Result<String, Box<dyn Error>> {
    let day = hotel.profile.calendar.day(date).ok_or("no such day")?;
    let made = hotel.days.iter().find(|made| made.closed.room == *room && made.closed.date == date);
    let nothing = RoomStates::default();
    let page = DayPage {
        profile: &hotel.profile,
        room,
        day,
        report: made.map(|made| &made.closed),
        provisional: false,
        opening: made.map_or(&nothing, |made| &made.opening),
        signals: made.map_or(&[], |made| made.signals.as_slice()),
        language,
    };
    Ok(page.render()?)
}

fn rendered(
    hotel: &Hotel,
    range: Range,
    baseline: Range,
    language: Language,
) -> Result<String, Box<dyn Error>> {
    let closed_through = Some(date("2026-10-31"));
    let mut page = HotelPage::new(&hotel.profile, range, baseline, closed_through, language);
    for made in &hotel.days {
        page.add(&made.closed);
    }
    // The month before was a little like this one, with fewer rooms on its last days.
    for made in &hotel.days {
        let back = made.closed.date.civil().checked_sub(jiff::Span::new().days(30))?;
        page.add_baseline(BusinessDate::new(back)?, 1, &made.closed.report.totals());
    }
    Ok(page.render()?)
}

fn year(language: Language) -> Result<String, Box<dyn Error>> {
    let year = Range { from: date("2025-11-01"), to: date("2026-10-31") };
    rendered(&Hotel::of_rooms(12, 4, year), year, year, language)
}

fn write(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    let folder = path.parent().ok_or("no folder")?;
    fs::create_dir_all(folder)?;
    Ok(fs::write(path, text)?)
}
