//! A day in a few lines for people: what was wasted, what to do about it, which signals to check.
//!
//! The lines stand on the hotel's page, beside the API's findings, and in what the bus tells of a
//! closed day.

use roomwatt_domain::{
    BusinessDate, Charge, FaultKind, Finding, FindingKind, Profile, SignalFault, Totals,
};
use roomwatt_presentation::Range;

use crate::columns::Step;
use crate::hotel::Came;
use crate::language::Language;
use crate::notation::Notation;
use crate::parts::hotel_name;
use crate::tally::Measure;
use crate::words;

/// Tells a hotel's findings in a language.
#[derive(Debug, Clone)]
pub struct Telling<'a> {
    profile: &'a Profile,
    notation: Notation<'a>,
}

impl<'a> Telling<'a> {
    /// Of a hotel.
    pub fn new(profile: &'a Profile, language: Language) -> Self {
        Self { profile, notation: Notation::new(profile, language) }
    }

    /// In the language of the hotel's profile.
    pub fn in_its_language(profile: &'a Profile) -> Self {
        let language = match profile.language.unwrap_or_default() {
            roomwatt_domain::profile::Language::English => Language::English,
            roomwatt_domain::profile::Language::Korean => Language::Korean,
        };
        Self::new(profile, language)
    }

    /// A finding in a sentence or two.
    pub fn finding(&self, finding: &Finding) -> String {
        finding_text(&self.notation, finding)
    }

    /// A signal to check, in a sentence.
    pub fn fault(&self, fault: &SignalFault) -> String {
        fault_text(&self.notation, fault)
    }

    /// A closed day in a few lines. `faults` are the first of the signals to check, `faults_in_all`
    /// how many there are.
    pub fn day(
        &self,
        date: BusinessDate,
        totals: &Totals,
        rooms: u64,
        findings: &[Finding],
        (faults, faults_in_all): (&[SignalFault], u64),
    ) -> String {
        let language = self.notation.language;
        let name = hotel_name(self.profile);
        let day = self.notation.date(date);
        let mut lines = vec![format!("{name} · {day}")];
        lines.push(verdict(
            &self.notation,
            Range::day(date),
            totals,
            None,
            Some(Heard { rooms, all: self.profile.rooms, first: false }),
        ));
        let numbered = (1..).zip(findings);
        lines.extend(numbered.map(|(number, it)| format!("{number}. {}", self.finding(it))));
        if findings.is_empty() {
            lines.push(nothing_to_do(language).to_owned());
        }
        lines.extend(faults.iter().map(|fault| format!("– {}", self.fault(fault))));
        let more = faults_in_all.saturating_sub(faults.len() as u64);
        if more > 0 {
            lines.push(match language {
                Language::English => {
                    let noun = language.count(more, "signal", "signals", "");
                    format!("– {more} more {noun} to check.")
                }
                Language::Korean => format!("– 점검할 신호 {more}건이 더 있습니다."),
            });
        }
        lines.join("\n")
    }
}

/// What came for a hotel without reports, in sentences.
pub(crate) fn came(notation: &Notation<'_>, came: &Came) -> Vec<String> {
    let language = notation.language;
    let applied = match (language, came.applied_at) {
        (Language::English, None) => "No event of it was taken in yet.".to_owned(),
        (Language::Korean, None) => "아직 수신된 이벤트가 없습니다.".to_owned(),
        (Language::English, Some(at)) => format!("Events last came on {}.", notation.moment(at)),
        (Language::Korean, Some(at)) => format!("마지막 이벤트 수신: {}.", notation.moment(at)),
    };
    let refused = came.refused.as_ref().map(|(at, reasons)| {
        let reasons = reasons.iter().map(|(reason, count)| match language {
            Language::English => format!("{count} {}", words::refused(language, reason)),
            Language::Korean => format!("{} {count}건", words::refused(language, reason)),
        });
        let (at, reasons) = (notation.moment(*at), reasons.collect::<Vec<_>>().join(", "));
        match language {
            Language::English => format!("Events were last refused on {at}: {reasons}."),
            Language::Korean => format!("마지막 이벤트 거부: {at}, {reasons}."),
        }
    });
    [Some(applied), refused].into_iter().flatten().collect()
}

/// What is said where no device wasted enough to be worth a walk.
pub(crate) fn nothing_to_do(language: Language) -> &'static str {
    language
        .say("No device wasted enough to be worth a walk.", "조치할 만큼 낭비한 기기가 없습니다.")
}

/// On what a verdict rests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heard {
    /// Rooms that were heard.
    pub(crate) rooms: u64,
    /// Rooms that the hotel has.
    pub(crate) all: Option<u32>,
    /// Whether they are so few that this is said first.
    pub(crate) first: bool,
}

/// How the waste of a range is to be judged, in one sentence, and on what it rests where that is many
/// rooms. `usual` is what is wasted on such a day.
pub(crate) fn verdict(
    notation: &Notation<'_>,
    range: Range,
    totals: &Totals,
    usual: Option<i128>,
    heard: Option<Heard>,
) -> String {
    let language = notation.language;
    let figures = Amounts::of(notation, totals);
    let wasted = figures.text(figures.confirmed);
    // What is written alike is no news.
    let up_to = figures.up_to.map(|it| figures.text(it)).filter(|up_to| *up_to != wasted);
    let against = usual.map(|usual| {
        let more = figures.confirmed - usual;
        let shown = figures.text(more.abs()) != figures.text(0);
        (if shown { more } else { 0 }, notation.weekday_name(range.from))
    });
    let first = heard.is_some_and(|heard| heard.first);
    let data = heard.map(|heard| data_from(language, heard));
    let day = notation.range(range);
    match language {
        Language::English => {
            let up_to = up_to.map(|up_to| format!(", up to {up_to} if silent devices stayed on"));
            let against = against.map(|(more, weekday)| match more {
                0 => format!("; as on a usual {weekday}"),
                1.. => format!("; {} above a usual {weekday}", figures.text(more)),
                _ => format!("; {} below a usual {weekday}", figures.text(-more)),
            });
            let (up_to, against) = (up_to.unwrap_or_default(), against.unwrap_or_default());
            let said = format!("{day}: {wasted} of confirmed waste{up_to}{against}.");
            in_order(said, data, first)
        }
        Language::Korean => {
            let up_to =
                up_to.map(|up_to| format!(" (응답 없는 기기가 계속 켜져 있었다면 최대 {up_to})"));
            let against = against.map(|(more, weekday)| match more {
                0 => format!(" 평소 {weekday}과 같습니다."),
                1.. => format!(" 평소 {weekday}보다 {} 많습니다.", figures.text(more)),
                _ => format!(" 평소 {weekday}보다 {} 적습니다.", figures.text(-more)),
            });
            let (up_to, against) = (up_to.unwrap_or_default(), against.unwrap_or_default());
            let said = format!("{day}: 확인된 낭비는 {wasted}입니다{up_to}.{against}");
            in_order(said, data, first)
        }
    }
}

fn in_order(said: String, data: Option<String>, data_first: bool) -> String {
    let mut both = vec![Some(said), data];
    if data_first {
        both.reverse();
    }
    both.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn data_from(language: Language, Heard { rooms, all, .. }: Heard) -> String {
    match (language, all.map(u64::from).filter(|all| *all >= rooms)) {
        (Language::English, Some(all)) => {
            format!("Data from {rooms} of {all} {}.", language.count(all, "room", "rooms", ""))
        }
        (Language::English, None) => {
            format!("Data from {rooms} {}.", language.count(rooms, "room", "rooms", ""))
        }
        (Language::Korean, Some(all)) => format!("객실 {all}개 중 {rooms}개의 데이터입니다."),
        (Language::Korean, None) => format!("객실 {rooms}개의 데이터입니다."),
    }
}

/// What the chart of a day's hours shows: of each from when to when it is, and what it wasted.
pub(crate) fn trend_of_hours(amounts: &Amounts<'_>, hours: &[([String; 2], i128)]) -> String {
    let language = amounts.notation.language;
    // Of equals the first.
    let most = hours.iter().rev().max_by_key(|(_, wasted)| *wasted);
    match (language, most) {
        (_, None | Some((_, 0))) => language
            .say("Nothing was wasted in any hour", "낭비가 있었던 시간이 없습니다")
            .to_owned(),
        (Language::English, Some(([from, to], most))) => {
            format!("Most was wasted from {from} to {to}: {}", amounts.text(*most))
        }
        (Language::Korean, Some(([from, to], most))) => {
            format!("낭비가 가장 많은 시간: {from}~{to} ({})", amounts.text(*most))
        }
    }
}

/// What a chart shows, in a sentence: of its columns, by name, what each wasted.
pub(crate) fn trend(amounts: &Amounts<'_>, step: Step, columns: &[(String, i128)]) -> String {
    let language = amounts.notation.language;
    // Of equals the latest.
    let Some((name, most)) = columns.iter().max_by_key(|(_, wasted)| *wasted) else {
        return language.say("Used and wasted", "사용과 낭비").to_owned();
    };
    if *most == 0 {
        return language.say("Nothing was wasted", "낭비가 없습니다").to_owned();
    }
    let count = i128::try_from(columns.len()).unwrap_or(1);
    let mean = amounts.text(columns.iter().map(|(_, wasted)| wasted).sum::<i128>() / count);
    let most = amounts.text(*most);
    let (on, each, each_korean) = match step {
        Step::Day => ("on", "day", "일"),
        Step::Week => ("in", "week", "주"),
        Step::Month => ("in", "month", "월"),
    };
    match (language, count) {
        (Language::English, 1) => format!("{name}: {most} wasted"),
        (Language::Korean, 1) => format!("{name}: 낭비 {most}"),
        (Language::English, _) => {
            format!("Most was wasted {on} {name}: {most}, against {mean} {on} an average {each}")
        }
        (Language::Korean, _) => {
            format!("낭비가 가장 많은 때: {name} {most} ({each_korean} 평균 {mean})")
        }
    }
}

/// The waste of some totals in what people understand first: money, else energy, else time.
pub(crate) struct Amounts<'a> {
    notation: &'a Notation<'a>,
    /// `None` where it is money.
    measure: Option<Measure>,
    pub(crate) confirmed: i128,
    up_to: Option<i128>,
}

impl<'a> Amounts<'a> {
    pub(crate) fn of(notation: &'a Notation<'a>, totals: &Totals) -> Self {
        let measure = Measure::of(totals);
        let money = totals.confirmed_waste_cost().filter(|_| measure == Measure::Energy);
        match (money, totals.waste_cost) {
            (Some(wasted), Some(all)) => {
                let (wasted, all) = (wasted.exact(), all.exact());
                Self {
                    notation,
                    measure: None,
                    confirmed: wasted,
                    up_to: Some(all).filter(|it| *it != wasted),
                }
            }
            _ => Self {
                notation,
                measure: Some(measure),
                confirmed: measure.wasted(totals),
                up_to: measure.up_to(totals),
            },
        }
    }

    /// The same sort of figure of other totals.
    pub(crate) fn alike(&self, totals: &Totals) -> Option<i128> {
        match self.measure {
            None => totals.confirmed_waste_cost().map(Charge::exact),
            Some(measure) => Some(measure.wasted(totals)),
        }
    }

    pub(crate) fn text(&self, exact: i128) -> String {
        match self.measure {
            None => self.notation.money(Charge::from_exact(exact)).text,
            Some(measure) => Notation::measured(measure, exact).text,
        }
    }
}

/// A finding in a sentence or two.
pub(crate) fn finding_text(notation: &Notation<'_>, finding: &Finding) -> String {
    let language = notation.language;
    let suspect = &finding.suspect;
    let (room, device) = (&suspect.room, words::device(language, &suspect.device));
    let state = words::state(language, &suspect.state);
    // What is on is on.
    let in_state =
        if suspect.state.as_str() == "ON" { String::new() } else { format!(" ({state})") };
    let since = notation.short_moment(finding.since);
    let time = notation.duration(suspect.wasted.time).text;
    let energy = Notation::energy(suspect.wasted.energy).text;
    let amount = suspect.wasted.cost.map_or(energy, |cost| notation.money(cost).text);
    let (wasted, exposed) = (finding.nights.wasted, finding.nights.exposed);
    match language {
        Language::English => {
            let what = match finding.kind {
                FindingKind::LeftOn => {
                    format!("{device} was left on{in_state} when the guest left, on since {since}")
                }
                FindingKind::NeverOff => {
                    format!("{device} has not been off for a week{in_state}, on since {since}")
                }
                FindingKind::RunsInEmptyRoom => {
                    format!("{device} ran in the empty room{in_state}, on since {since}")
                }
            };
            let unsure = if suspect.confirmed { "" } else { " or more" };
            let often = match (wasted, exposed) {
                (_, 0) => String::new(),
                (1, 1) => "; on the one day when it was empty".to_owned(),
                (wasted, exposed) if wasted == exposed => {
                    format!("; on all {exposed} days when it was empty")
                }
                _ => {
                    let days = language.count(exposed, "day", "days", "");
                    format!("; on {wasted} of the {exposed} {days} when it was empty")
                }
            };
            format!("Room {room}: {what}: {amount}{unsure} wasted in {time}{often}.")
        }
        Language::Korean => {
            let what = match finding.kind {
                FindingKind::LeftOn => "체크아웃 후에도 켜져 있었습니다",
                FindingKind::NeverOff => "일주일 동안 한 번도 꺼지지 않았습니다",
                FindingKind::RunsInEmptyRoom => "빈 객실에서 작동했습니다",
            };
            let unsure = if suspect.confirmed { "" } else { " 이상" };
            let often = match exposed {
                0 => String::new(),
                _ => format!(", 비어 있던 {exposed}일 중 {wasted}일 발생"),
            };
            format!(
                "객실 {room} {device}: {what} ({state}, {since}부터). {time} 동안 {amount}{unsure} 낭비{often}."
            )
        }
    }
}

/// From how many silent rooms on it is said of them together that they are.
const SILENT_TOGETHER: usize = 4;

/// That many rooms are silent at once, which is hardly the fault of each; `None` of a few.
pub(crate) fn silent_rooms(
    notation: &Notation<'_>,
    faults: &[&SignalFault],
    rooms: usize,
) -> Option<String> {
    let silent = faults.len();
    let since = faults.iter().filter_map(|fault| fault.since).max()?;
    let since = notation.short_moment(since);
    (silent >= SILENT_TOGETHER).then(|| match notation.language {
        Language::English => {
            format!(
                "{silent} of {rooms} rooms are silent, the last of them since {since}. Check what they have in \
                 common, such as the network."
            )
        }
        Language::Korean => {
            format!(
                "객실 {rooms}개 중 {silent}개가 {since} 이후 모두 신호가 없습니다. 네트워크 등 공통 원인을 점검하십시오."
            )
        }
    })
}

/// A signal to check, in a sentence.
pub(crate) fn fault_text(notation: &Notation<'_>, fault: &SignalFault) -> String {
    let language = notation.language;
    let room = fault.room.as_ref().map(|room| match language {
        Language::English => format!("Room {room}"),
        Language::Korean => format!("객실 {room}"),
    });
    let device = fault.device.as_ref().map(|device| words::device(language, device));
    let who = [room, device].into_iter().flatten().collect::<Vec<_>>().join(match language {
        Language::English => ", ",
        Language::Korean => " ",
    });
    let since = fault.since.map(|since| notation.short_moment(since)).unwrap_or_default();
    let count = fault.count.unwrap_or_default();
    match (language, fault.kind) {
        (Language::English, FaultKind::Silent) if fault.device.is_some() => {
            format!("{who}: silent since {since}. Check the device.")
        }
        (Language::English, FaultKind::Silent) => {
            format!("{who}: silent since {since}. Check its gateway.")
        }
        (Language::English, FaultKind::Lossy) => {
            format!("{who}: {count} missing “off” signals. Check its connection.")
        }
        (Language::English, FaultKind::StuckOccupied) => {
            format!(
                "{who}: has seen somebody since {since}, in a room that is checked out. Check the sensor."
            )
        }
        (Language::English, FaultKind::StuckVacant) => {
            format!(
                "{who}: has seen nobody since {since}, though the room was sold. Check the sensor."
            )
        }
        (Language::English, FaultKind::MissingRooms) => {
            let rooms = language.count(count, "room was", "rooms were", "");
            format!("{count} {rooms} never heard. Check how they are connected.")
        }
        (Language::Korean, FaultKind::Silent) if fault.device.is_some() => {
            format!("{who}: {since} 이후 신호가 없습니다. 기기를 점검하십시오.")
        }
        (Language::Korean, FaultKind::Silent) => {
            format!("{who}: {since} 이후 신호가 없습니다. 게이트웨이를 점검하십시오.")
        }
        (Language::Korean, FaultKind::Lossy) => {
            format!("{who}: 꺼짐 신호가 {count}번 누락되었습니다. 통신 상태를 점검하십시오.")
        }
        (Language::Korean, FaultKind::StuckOccupied) => {
            format!("{who}: 체크아웃된 객실인데 {since}부터 계속 재실입니다. 센서를 점검하십시오.")
        }
        (Language::Korean, FaultKind::StuckVacant) => {
            format!("{who}: 판매된 객실인데 {since}부터 계속 부재입니다. 센서를 점검하십시오.")
        }
        (Language::Korean, FaultKind::MissingRooms) => {
            format!("객실 {count}개에서 한 번도 신호가 없었습니다. 연결을 점검하십시오.")
        }
    }
}
