//! How far to trust the figures: what was lost, what is unknown, and what has no rating or price.

use std::collections::{BTreeMap, BTreeSet};

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{
    ClosedReport, DeviceKind, DeviceReport, Energy, HeldOfDevice, Instant, Millis, Profile,
    ReportSums,
};

use crate::figures::{Data, Grade};
use crate::language::Language;
use crate::notation::{Datum, Notation, percent};
use crate::parts::Link;

/// One thing that tells how far to trust the figures.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    /// The figure's name, the API's where it has one.
    pub(crate) name: &'static str,
    pub(crate) value: Datum,
    /// Its share of the whole it belongs to.
    pub(crate) share: Option<String>,
    pub(crate) meaning: &'static str,
    /// Whether it takes anything away from the figures.
    pub(crate) doubtful: bool,
    /// The rooms that most of it comes from.
    pub(crate) rooms: Vec<Link>,
}

/// What a figure is a share of.
#[derive(Debug, Clone, Copy)]
enum Whole {
    /// The use of all devices.
    Use,
    /// All waste, assumed waste included.
    Waste,
    /// All energy.
    Energy,
    /// The time of all rooms.
    RoomTime,
    RoomDays,
}

/// A text in each language.
type Both = (&'static str, &'static str);

/// Everything there is to say of the reports of a tally. `profile` is that of a hotel whose reports
/// they all are: only then can it be told what it rates in vain.
pub(crate) fn trust(
    notation: &Notation<'_>,
    tally: &ReportSums,
    kinds: &Kinds,
    profile: Option<&Profile>,
) -> Vec<Fact> {
    let of = Facts { notation, tally };
    let mut facts = of.signals();
    facts.extend(of.unknown());
    facts.extend(of.readings());
    facts.extend(of.ratings(kinds, profile));
    facts.extend(of.terms());
    facts
}

/// After how long a rated kind that is silent is told.
const SILENT_FOR: Millis = 14 * 24 * HOUR;

/// When kinds of devices were last heard, and which were used without a rating.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kinds {
    heard: BTreeMap<DeviceKind, Instant>,
    unrated: BTreeSet<DeviceKind>,
    /// The end of the last day.
    end: Option<Instant>,
}

impl Kinds {
    /// Takes in the devices of a report.
    pub(crate) fn add(&mut self, closed: &ClosedReport) {
        self.end = self.end.max(Some(closed.window.end));
        for report in &closed.report.devices {
            let kind = &report.device.kind;
            let heard = last_heard(report, closed.window.start);
            if heard > self.heard.get(kind).copied() {
                self.heard.extend(heard.map(|at| (kind.clone(), at)));
            }
            let unrated =
                report.usage.iter().any(|usage| usage.rating.is_none() && usage.unrated() > 0);
            if unrated && !self.unrated.contains(kind) {
                self.unrated.insert(kind.clone());
            }
        }
    }

    /// Kinds that the profile rates and that were silent in the last days.
    fn rated_in_vain<'a>(&self, profile: &'a Profile) -> Vec<&'a DeviceKind> {
        let since = self.end.map(|end| end - SILENT_FOR);
        let is_silent = |kind: &&DeviceKind| self.heard.get(*kind).copied() < since;
        profile.ratings.keys().filter(is_silent).collect()
    }
}

/// When a device last reported a state or a reading, as far as its day tells.
fn last_heard(report: &DeviceReport, day_start: Instant) -> Option<Instant> {
    let HeldOfDevice { state, counter, power } = &report.closing;
    // Power readings that hold no more have left what they measured.
    let drew = report.measured.as_ref().is_some_and(|it| it.standby != Energy::default());
    let heard = [
        state.as_ref().map(|state| state.seen),
        counter.as_ref().map(|counter| counter.at),
        power.map(|power| power.at),
        drew.then_some(day_start),
    ];
    heard.into_iter().flatten().max()
}

struct Facts<'a> {
    notation: &'a Notation<'a>,
    tally: &'a ReportSums,
}

impl Facts<'_> {
    fn say(&self, (english, korean): Both) -> &'static str {
        self.notation.language.say(english, korean)
    }

    fn share(&self, part: i128, whole: Whole) -> Option<String> {
        let (whole, (english, korean)) = match whole {
            Whole::Use => (self.tally.totals.usage.into(), ("of use", "사용의")),
            Whole::Waste => (self.tally.totals.waste.waste.into(), ("of all waste", "전체 낭비의")),
            Whole::Energy => (self.tally.totals.energy.exact(), ("of energy", "에너지의")),
            Whole::RoomTime => {
                (self.tally.occupancy.total().into(), ("of room time", "객실 시간의"))
            }
            Whole::RoomDays => (self.tally.reports.into(), ("of room-days", "연 객실일수의")),
        };
        percent(part, whole).map(|share| match self.notation.language {
            Language::English => format!("{share} {english}"),
            Language::Korean => format!("{korean} {share}"),
        })
    }

    fn time(
        &self,
        name: &'static str,
        label: Both,
        time: Millis,
        whole: Whole,
        meaning: Both,
    ) -> Fact {
        Fact {
            label: self.say(label),
            name,
            value: self.notation.duration(time),
            share: self.share(time.into(), whole),
            meaning: self.say(meaning),
            doubtful: time > 0,
            rooms: Vec::new(),
        }
    }

    fn number(
        &self,
        name: &'static str,
        label: Both,
        number: u64,
        whole: Option<Whole>,
        meaning: Both,
    ) -> Fact {
        Fact {
            label: self.say(label),
            name,
            value: Notation::number(number),
            share: whole.and_then(|whole| self.share(number.into(), whole)),
            meaning: self.say(meaning),
            doubtful: number > 0,
            rooms: Vec::new(),
        }
    }

    fn energy(&self, name: &'static str, label: Both, energy: Energy, meaning: Both) -> Fact {
        Fact {
            label: self.say(label),
            name,
            value: Notation::energy(energy),
            share: self.share(energy.exact(), Whole::Energy),
            meaning: self.say(meaning),
            doubtful: energy != Energy::default(),
            rooms: Vec::new(),
        }
    }

    /// Kinds by name; `None` where there are none.
    fn named(
        &self,
        name: &'static str,
        label: Both,
        kinds: &[&DeviceKind],
        meaning: Both,
    ) -> Option<Fact> {
        let text = kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
        (!kinds.is_empty()).then(|| Fact {
            label: self.say(label),
            name,
            value: Datum { value: kinds.len().to_string(), text },
            share: None,
            meaning: self.say(meaning),
            doubtful: true,
            rooms: Vec::new(),
        })
    }

    /// What devices did not say.
    fn signals(&self) -> Vec<Fact> {
        let totals = &self.tally.totals;
        vec![
            self.number(
                "missingEnds",
                ("Missing “off” signals", "꺼짐 신호 누락"),
                totals.quality.missing_ends,
                None,
                (
                    "A device reported “on” again without an “off” in between: it may have been off for a while.",
                    "기기가 ‘꺼짐’ 없이 다시 ‘켜짐’을 보고했습니다. 그 사이 꺼져 있었을 수 있습니다.",
                ),
            ),
            self.number(
                "missingStarts",
                ("Missing “on” signals", "켜짐 신호 누락"),
                totals.quality.missing_starts,
                None,
                (
                    "A device reported “off” again without an “on” in between: a use may be missing.",
                    "기기가 ‘켜짐’ 없이 다시 ‘꺼짐’을 보고했습니다. 사용이 빠졌을 수 있습니다.",
                ),
            ),
            self.time(
                "unconfirmedMs",
                ("Unconfirmed time", "확인되지 않은 시간"),
                totals.quality.unconfirmed,
                Whole::Use,
                (
                    "Time before each missing “off”, since the device was last heard of.",
                    "꺼짐 신호가 누락될 때마다, 기기의 마지막 보고 이후의 시간입니다.",
                ),
            ),
            self.time(
                "assumedMs",
                ("Assumed use", "추정된 사용"),
                totals.assumed,
                Whole::Use,
                (
                    "Use that went on longer than it is believed without a word from the device.",
                    "기기의 보고 없이 믿을 수 있는 시간보다 오래 이어진 사용입니다.",
                ),
            ),
            self.time(
                "assumedWasteMs",
                ("Assumed waste", "추정된 낭비"),
                totals.assumed_waste,
                Whole::Waste,
                (
                    "Waste within assumed use. Only figures that say “up to” include it.",
                    "그중 낭비입니다. ‘최대’로 표시된 수치에만 포함됩니다.",
                ),
            ),
        ]
    }

    /// What was measured, and what counters did. Nothing where no device has readings.
    fn readings(&self) -> Vec<Fact> {
        let Some(measured) = self.tally.totals.measured else { return Vec::new() };
        let counters = self.tally.counters;
        let by_reading = self.time(
            "measuredMs",
            ("Measured use", "계량된 사용"),
            measured.usage,
            Whole::Use,
            (
                "Use whose energy comes of a counter or a power reading, and not of a rating.",
                "정격이 아니라 계량기나 전력 측정값으로 에너지를 구한 사용입니다.",
            ),
        );
        vec![
            // It makes figures better, not worse.
            Fact { doubtful: false, ..by_reading },
            self.energy(
                "unplacedWh",
                ("Unplaced energy", "시각 미상 에너지"),
                measured.unplaced,
                (
                    "What counters went on by while they were silent for more than 6 hours: it is in the energy, in no waste.",
                    "계량기가 6시간 넘게 침묵하는 동안 늘어난 양입니다. 에너지에는 포함되고 낭비에는 포함되지 않습니다.",
                ),
            ),
            self.number(
                "resets",
                ("Counters that began again", "초기화된 계량기"),
                counters.resets,
                None,
                (
                    "A counter fell to a new beginning; what it showed from there on counts.",
                    "계량기가 0부터 다시 시작했습니다. 그 이후의 값은 반영됩니다.",
                ),
            ),
            self.number(
                "disbelievedReadings",
                ("Readings not believed", "믿을 수 없는 측정값"),
                counters.disbelieved,
                None,
                (
                    "A counter fell back, or went on by more than its device can draw: nothing was booked by it.",
                    "계량기 값이 줄었거나 기기가 쓸 수 있는 양보다 많이 늘었습니다. 반영하지 않았습니다.",
                ),
            ),
        ]
    }

    /// Which kinds lack a rating, and which ratings are of no use.
    fn ratings(&self, kinds: &Kinds, profile: Option<&Profile>) -> Vec<Fact> {
        let unrated: Vec<_> = kinds.unrated.iter().collect();
        let in_vain = profile.map_or_else(Vec::new, |profile| kinds.rated_in_vain(profile));
        let facts = [
            self.named(
                "unratedKinds",
                ("Kinds without a rating", "정격이 없는 종류"),
                &unrated,
                (
                    "Devices of these kinds were used in a state that the profile has no power for.",
                    "프로필에 전력이 없는 상태로 사용된 기기 종류입니다.",
                ),
            ),
            self.named(
                "ratedInVain",
                ("Ratings without a device", "기기가 없는 정격"),
                &in_vain,
                (
                    "The profile rates these kinds, and none was heard of in the 14 days up to the period’s end: a kind may be spelled differently.",
                    "프로필에 정격이 있으나 기간 종료 전 14일 동안 보고가 없는 종류입니다. 이름이 다를 수 있습니다.",
                ),
            ),
        ];
        facts.into_iter().flatten().collect()
    }

    /// What is not known of the rooms.
    fn unknown(&self) -> Vec<Fact> {
        vec![
            self.time(
                "presenceUnknownMs",
                ("Presence unknown", "재실 미확인"),
                self.tally.presence_unknown(),
                Whole::RoomTime,
                (
                    "No sensor had reported. Use in that time is waste only while the room is checked out.",
                    "센서 보고가 없던 시간입니다. 이때의 사용은 체크아웃 상태에서만 낭비로 봅니다.",
                ),
            ),
            self.time(
                "stayUnknownMs",
                ("Stay unknown", "투숙 미확인"),
                self.tally.stay_unknown(),
                Whole::RoomTime,
                (
                    "No check-in or check-out had been reported.",
                    "체크인이나 체크아웃 보고가 없던 시간입니다.",
                ),
            ),
        ]
    }

    /// Which ratings and prices are missing, and what came late.
    fn terms(&self) -> Vec<Fact> {
        let (tally, totals) = (self.tally, &self.tally.totals);
        let mut facts = vec![self.time(
            "unratedMs",
            ("Unrated use", "정격 없는 사용"),
            totals.unrated,
            Whole::Use,
            (
                "Use that had neither a power rating nor a reading: counted as time, missing from energy, cost and CO₂e.",
                "정격 전력도 측정값도 없는 사용입니다. 시간에는 포함되지만 에너지·비용·CO₂e에는 빠져 있습니다.",
            ),
        )];
        if tally.unpriced > 0 && totals.cost.is_some() {
            facts.push(self.number(
                "unpricedReports",
                ("Room-days without a price", "단가 없는 연 객실일수"),
                tally.unpriced,
                Some(Whole::RoomDays),
                (
                    "Closed before a price was set, or from before the first tariff: energy without a price is missing from the cost.",
                    "단가 설정 전에 마감되었거나 첫 요금제 이전이어서, 단가 없는 에너지는 비용에 포함되지 않았습니다.",
                ),
            ));
        }
        if let Some(unpriced) = totals.unpriced {
            facts.push(self.energy(
                "unpricedWh",
                ("Energy without a price", "단가 없는 에너지"),
                unpriced,
                (
                    "Drawn before the date of the first tariff: in no cost.",
                    "첫 요금제 날짜 이전에 사용되어 비용에 포함되지 않았습니다.",
                ),
            ));
        }
        if tally.unfactored > 0 && totals.co2e.is_some() {
            facts.push(self.number(
                "unfactoredReports",
                ("Room-days without an emission factor", "배출 계수 없는 연 객실일수"),
                tally.unfactored,
                Some(Whole::RoomDays),
                (
                    "Closed before a factor was set: their energy is missing from the CO₂e.",
                    "배출 계수 설정 전에 마감되어 CO₂e에 포함되지 않았습니다.",
                ),
            ));
        }
        let revised = self.number(
            "revisedReports",
            ("Revised reports", "정정된 데이터"),
            tally.revised,
            Some(Whole::RoomDays),
            (
                "Changed after the day was closed, because events arrived late.",
                "마감 후 늦게 도착한 이벤트로 정정되었습니다.",
            ),
        );
        // A revision makes figures better, not worse.
        facts.push(Fact { doubtful: false, ..revised });
        facts
    }
}

/// How good the data are, in a sentence.
pub(crate) fn graded(notation: &Notation<'_>, data: &Data) -> String {
    let language = notation.language;
    let grade = match data.grade() {
        Grade::Good => language.say("Good", "양호"),
        Grade::Fair => language.say("Fair", "보통"),
        Grade::Poor => language.say("Poor", "미흡"),
    };
    let [assumed, unrated, unknown] =
        data.shares.map(|(part, whole)| percent(part, whole).unwrap_or_else(|| "0.0%".to_owned()));
    let (heard, rooms) = (data.heard, data.rooms);
    match language {
        Language::English => {
            let noun = language.count(rooms, "room", "rooms", "");
            let was = language.count(heard, "was", "were", "");
            format!(
                "{grade}: {heard} of {rooms} {noun} {was} heard; {assumed} of use is assumed, {unrated} has no rating, and the stay is unknown for {unknown} of the time."
            )
        }
        Language::Korean => {
            format!(
                "{grade}: 객실 {rooms}개 중 {heard}개에서 신호를 받았습니다. 추정 사용 {assumed}, 정격 없는 사용 {unrated}, 투숙 미확인 시간 {unknown}입니다."
            )
        }
    }
}
