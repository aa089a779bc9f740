//! How far to trust the figures: what was lost, what is unknown, and what has no rating or price.

use roomwatt_domain::Millis;

use crate::language::Language;
use crate::notation::{Datum, Notation, percent};
use crate::tally::Tally;

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
}

/// What a figure is a share of.
#[derive(Debug, Clone, Copy)]
enum Whole {
    /// The use of all devices.
    Use,
    /// The time of all rooms.
    RoomTime,
    RoomDays,
}

/// A text in each language.
type Both = (&'static str, &'static str);

/// Everything there is to say of the reports of a tally.
pub(crate) fn trust(notation: &Notation<'_>, tally: &Tally) -> Vec<Fact> {
    let of = Facts { notation, tally };
    let mut facts = of.signals();
    facts.extend(of.unknown());
    facts.extend(of.terms());
    facts
}

struct Facts<'a> {
    notation: &'a Notation<'a>,
    tally: &'a Tally,
}

impl Facts<'_> {
    fn say(&self, (english, korean): Both) -> &'static str {
        self.notation.language.say(english, korean)
    }

    fn share(&self, part: i128, whole: Whole) -> Option<String> {
        let (whole, (english, korean)) = match whole {
            Whole::Use => (self.tally.totals.usage.into(), ("of use", "사용의")),
            Whole::RoomTime => {
                (self.tally.occupancy.total().into(), ("of room time", "객실 시간의"))
            }
            Whole::RoomDays => (self.tally.reports.into(), ("of room-days", "객실·일의")),
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
        }
    }

    /// What devices did not say.
    fn signals(&self) -> Vec<Fact> {
        let totals = &self.tally.totals;
        vec![
            self.number(
                "missingEnds",
                ("Missing ends", "누락된 종료"),
                totals.quality.missing_ends,
                None,
                (
                    "A device reported “on” again without an “off” in between: it may have been off for a while.",
                    "기기가 ‘꺼짐’ 없이 다시 ‘켜짐’을 보고했습니다. 그 사이 꺼져 있었을 수 있습니다.",
                ),
            ),
            self.number(
                "missingStarts",
                ("Missing starts", "누락된 시작"),
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
                    "Time before each missing end, since the device was last heard of.",
                    "누락된 종료마다, 기기의 마지막 보고 이후의 시간입니다.",
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
        ]
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
                "Use of devices without a power rating: counted as time, missing from energy, cost and CO₂e.",
                "정격 전력이 없는 기기의 사용입니다. 시간에는 포함되지만 에너지·비용·CO₂e에는 빠져 있습니다.",
            ),
        )];
        if tally.unpriced > 0 && totals.cost.is_some() {
            facts.push(self.number(
                "unpricedReports",
                ("Room-days without a price", "단가 없는 객실·일"),
                tally.unpriced,
                Some(Whole::RoomDays),
                (
                    "Closed before a price was set: their energy is missing from the cost.",
                    "단가 설정 전에 마감되어 비용에 포함되지 않았습니다.",
                ),
            ));
        }
        if tally.unfactored > 0 && totals.co2e.is_some() {
            facts.push(self.number(
                "unfactoredReports",
                ("Room-days without an emission factor", "배출 계수 없는 객실·일"),
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
            ("Revised reports", "정정된 보고"),
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
