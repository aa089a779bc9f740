//! Writes every page from made-up data into a folder, to look at: the same data each time.
//!
//! `cargo run -p roomwatt-page --example preview -- FOLDER`
//!
//! Below `en` and `ko` lie a hotel's page with those of its rooms and of one of their days, placed
//! as their URLs are, with the JSON of the API beside them, the same of a hotel with meters and a
//! tariff by the hour, and single pages of other hotels: a
//! large one, a year, one without a price, one whose range is not all closed, one without a closed
//! day. `policy` holds the Content-Security-Policy to serve them with.

#[path = "made_up/mod.rs"]
#[expect(clippy::expect_used, reason = "made up here, so it can only be right")]
mod made_up;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::ToSpan;
use made_up::{Hotel, date, seoul};
use roomwatt_domain::{
    BusinessDate, ClosedReport, Gathered, NightSums, Profile, RoomId, RoomPast, RoomStates, Suspect,
};
use roomwatt_page::{
    DayPage, Found, HotelPage, Language, Range, RoomPage, Sort, content_security_policy,
};
use roomwatt_presentation::{Baseline, GroupBy, GroupView, Groups, HistoryView};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("name a folder")?;
    let october = Range { from: date("2026-10-01"), to: date("2026-10-31") };
    let year = Range { from: date("2025-11-01"), to: date("2026-10-31") };
    let autumn = Range { from: date("2026-10-25"), to: date("2026-11-05") };

    let hotel = Hotel::of_rooms(60, 9, october);
    let large = Hotel::of_rooms(300, 3, october);
    let whole_year = Hotel::of_rooms(12, 4, year);
    let small = Hotel::of_rooms(3, 5, october);
    let berlin = Profile::parse(
        r#"{"hotelId":"b","timeZone":"Europe/Berlin","name":"فندق <b>‘Zürich’</b> 東京 & \"Söhne\""}"#,
    )?;
    let unrated = Hotel::of(berlin, 3, 5, october);
    let unpriced =
        Hotel::of(Profile { prices: None, emission_factors: None, ..seoul() }, 3, 5, october);
    let metered = Hotel::metered(20, 9, october);
    let fresh = Hotel { profile: seoul(), days: Vec::new() };

    write(&folder.join("policy"), content_security_policy())?;
    for language in Language::ALL {
        let folder = folder.join(language.tag());
        whole(&folder.join("hotels/seoul-1"), &hotel, october, language)?;
        let single = |name: &str, hotel: &Hotel, range| {
            write(&folder.join(name), &rendered(hotel, range, language)?)
        };
        whole(&folder.join("hotels/busan-1"), &metered, october, language)?;
        single("large.html", &large, october)?;
        single("year.html", &whole_year, year)?;
        single("partly-open.html", &small, autumn)?;
        single("unrated.html", &unrated, october)?;
        single("unpriced.html", &unpriced, october)?;
        single("fresh.html", &fresh, october)?;
    }
    Ok(())
}

/// A hotel's page, a page for each of its rooms, and one for a day of each.
fn whole(folder: &Path, hotel: &Hotel, range: Range, language: Language) -> Outcome {
    write(&folder.join("report.html"), &rendered(hotel, range, language)?)?;
    let mut groups = Groups::new(GroupBy::Hotel);
    for made in &hotel.days {
        groups.add(&hotel.profile.hotel_id, &made.closed);
    }
    let groups: Vec<_> = groups.by_key().collect();
    let groups: Vec<_> = groups.iter().map(GroupView::of).collect();
    let totals = serde_json::to_string(&BTreeMap::from([("groups", groups)]))?;
    write(&folder.join("reports"), &totals)?;
    for room in hotel.rooms() {
        let reports: Vec<ClosedReport> = hotel.reports_of(&room).cloned().collect();
        let page = RoomPage {
            profile: &hotel.profile,
            room: &room,
            range,
            baseline: Baseline::default(),
            period: None,
            sort: Sort::default(),
            reports: &reports,
            found: None,
            closed_through: Some(range.to),
            language,
            signed_in: false,
            made_at: None,
        };
        let folder = folder.join("rooms").join(room.as_str());
        write(&folder.join("report.html"), &page.render()?)?;
        day(&folder, hotel, &room, date("2026-10-14"), language)?;
    }
    Ok(())
}

fn day(
    folder: &Path,
    hotel: &Hotel,
    room: &RoomId,
    date: BusinessDate,
    language: Language,
) -> Outcome {
    let made = hotel.days.iter().find(|made| made.closed.room == *room && made.closed.date == date);
    let nothing = RoomStates::default();
    let signals = made.map_or(&[][..], |made| made.signals.as_slice());
    let page = DayPage {
        profile: &hotel.profile,
        room,
        day: hotel.profile.calendar.day(date).ok_or("no such day")?,
        report: made.map(|made| &made.closed),
        provisional: false,
        opening: made.map_or(&nothing, |made| &made.opening),
        signals,
        language,
        signed_in: false,
        judged_by: &hotel.profile,
        closed_through: None,
        made_at: None,
    };
    write(&folder.join("history.html"), &page.render()?)?;
    let history = HistoryView::of(&hotel.profile.hotel_id, room, date, signals);
    write(&folder.join("history.json"), &serde_json::to_string(&history)?)
}

/// A hotel's page; the period before is made of the same days, a tenth of them missing.
fn rendered(hotel: &Hotel, range: Range, language: Language) -> Outcome<String> {
    let back = |date: BusinessDate| -> Outcome<BusinessDate> {
        Ok(BusinessDate::new(date.civil().checked_sub(range.days().days())?)?)
    };
    let before = Range { from: back(range.from)?, to: back(range.to)? };
    let closed_through = hotel.days.iter().map(|made| made.closed.date).max();
    let mut page = HotelPage::new(&hotel.profile, range, before, closed_through, language);
    for (at, made) in hotel.days.iter().enumerate() {
        page.add(&made.closed);
        if at % 10 != 0 {
            page.add_baseline(
                back(made.closed.date)?,
                1,
                &made.closed.report.totals(),
                &NightSums::default(),
            );
        }
    }
    if let Some(last) = closed_through {
        page.tell(found(hotel, last));
    }
    Ok(page.render()?)
}

/// What is to be done about a day, as far as its reports and those before tell.
fn found(hotel: &Hotel, date: BusinessDate) -> Found {
    let mut gathered = Gathered::at_most(usize::MAX);
    let on_the_day = hotel.days.iter().filter(|made| made.closed.date == date);
    on_the_day.for_each(|made| gathered.add(&made.closed));
    let (suspects, faults) = gathered.finish();
    let look_into = |suspect: Suspect| {
        let reports = hotel.reports_of(&suspect.room).filter(|closed| closed.date <= date);
        let reports = reports.map(|closed| (closed.date, closed.clone())).collect();
        RoomPast { date, reports, days: BTreeMap::new() }.look_into(suspect, 14)
    };
    let findings: Vec<_> = suspects.into_iter().map(look_into).collect();
    Found { date, findings_in_all: findings.len() as u64, findings, faults }
}

fn write(path: &Path, text: &str) -> Outcome {
    fs::create_dir_all(path.parent().ok_or("no folder")?)?;
    Ok(fs::write(path, text)?)
}
