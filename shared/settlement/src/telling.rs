//! What the bus hears of a closed day: its sums, and, while they are news, what to do about it.

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{Gathered, Instant, Millis, Profile};
use roomwatt_page::Telling;
use roomwatt_presentation::{FindingView, NightsView, TotalsView};
use roomwatt_store::{HotelDay, Result, Store};
use serde::Serialize;

use crate::reckoning::add_up;

/// How many findings are told, and how many signals to check.
pub(crate) const MOST_TOLD: usize = 5;
/// How long after its end a day is news.
const NEWS: Millis = 48 * HOUR;
/// How many days are counted for a finding's nights.
const DAYS: u32 = 14;

/// The fields of a closed day beside its name.
#[derive(Serialize)]
pub(crate) struct DayTold {
    totals: TotalsView,
    nights: NightsView,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<FindingView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
}

impl DayTold {
    /// Of a day. `gathered` is what its reports tell by themselves, where they were just read.
    pub(crate) async fn of(
        store: &Store,
        profile: &Profile,
        day: &HotelDay,
        gathered: Option<Gathered>,
        now: Instant,
    ) -> Result<Self> {
        let mut told = Self {
            totals: TotalsView::of(&day.totals),
            nights: NightsView::of(day.nights.nights),
            findings: None,
            text: None,
        };
        let end = profile.calendar.next(day.date).window.start;
        if now - end > NEWS {
            return Ok(told);
        }
        let gathered = if let Some(gathered) = gathered {
            gathered
        } else {
            let mut gathered = Gathered::at_most(MOST_TOLD);
            let see = |closed: &_| gathered.add(closed);
            add_up(store, &profile.hotel_id, day.date, now, see).await?;
            gathered
        };
        let faults_in_all = gathered.faults_in_all;
        let (suspects, faults) = gathered.finish();
        let findings = store.look_into(profile, day.date, DAYS, suspects, now).await?;
        let telling = Telling::in_its_language(profile);
        let faults = (faults.as_slice(), faults_in_all);
        told.text = Some(telling.day(day.date, &day.totals, day.rooms, &findings, faults));
        let view = |it| FindingView::of(it, &profile.calendar, day.date, telling.finding(it));
        told.findings = Some(findings.iter().map(view).collect());
        Ok(told)
    }
}
