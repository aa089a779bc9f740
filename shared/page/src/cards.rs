//! The four figures to see first, against the period before, and the sentence that sums them up.

use roomwatt_domain::{
    Charge, Energy, NightSums, PerSoldNight, Percent, ReportSums, Rounded, Totals,
};

use crate::language::Language;
use crate::notation::{Datum, Notation, percent, signed, tenths, tenths_of_percent};
use crate::tally::Measure;

/// One of the four figures to see first.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub(crate) label: &'static str,
    /// As in the API.
    pub(crate) name: &'static str,
    pub(crate) value: CardValue,
    /// What belongs to the figure, a line each: how sure it is among others.
    pub(crate) details: Vec<Detail>,
    pub(crate) change: Option<Change>,
}

#[derive(Debug, Clone)]
pub(crate) enum Detail {
    Text(String),
    /// A total that is as in the API.
    Total {
        name: &'static str,
        before: &'static str,
        datum: Datum,
        after: &'static str,
    },
}

impl Detail {
    fn total(language: Language, name: &'static str, datum: Datum) -> Self {
        let (before, after) = match language {
            Language::English => ("", " in all"),
            Language::Korean => ("합계 ", ""),
        };
        Self::Total { name, before, datum, after }
    }
}

/// The period before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before<'a> {
    pub(crate) totals: &'a Totals,
    pub(crate) nights: &'a NightSums,
    pub(crate) basis: Basis,
    /// Whether all of its days have a price: a cost of some of them only is not compared.
    pub(crate) priced: bool,
    /// Whether all of them have an emission factor.
    pub(crate) emitting: bool,
}

impl Before<'_> {
    fn per_sold_night(&self) -> Option<PerSoldNight> {
        self.nights.per_sold_night(self.totals)
    }
}

#[derive(Debug, Clone)]
pub(crate) enum CardValue {
    Figure(Datum),
    /// Why there is none.
    Missing(&'static str),
}

/// A figure against the period before.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// `up`, `down` or `even`.
    pub(crate) direction: &'static str,
    pub(crate) text: String,
    pub(crate) before: String,
}

/// What the period before is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// As many room-days: sums are compared.
    Sums,
    /// Another number of room-days: averages are compared.
    PerRoomDay { now: u64, before: u64 },
}

impl Basis {
    /// `None` if one side has no room-day at all.
    pub(crate) fn of(now: u64, before: u64) -> Option<Self> {
        match (now, before) {
            (0, _) | (_, 0) => None,
            (now, before) if now == before => Some(Basis::Sums),
            (now, before) => Some(Basis::PerRoomDay { now, before }),
        }
    }
}

/// The direction that a reader sees: that of the change as it is written.
fn direction(written: &str) -> &'static str {
    match written.chars().next() {
        Some('+') => "up",
        Some('\u{2212}') => "down",
        _ => "even",
    }
}

/// Compares two exact sums.
fn change(
    language: Language,
    (now, before): (i128, i128),
    basis: Basis,
    write: impl Fn(i128) -> Datum,
) -> Change {
    let average = |sum: i128, days: u64| Rounded::<0>::of(sum, i128::from(days)).units();
    let (now, before, per) = match basis {
        Basis::Sums => (now, before, ""),
        Basis::PerRoomDay { now: days, before: days_before } => (
            average(now, days),
            average(before, days_before),
            language.say(" per room-day", " (객실일당)"),
        ),
    };
    let absolute = signed(&write(now - before).text);
    let relative = match tenths_of_percent(now - before, before) {
        Some(share) => format!("{}%", signed(&tenths(share))),
        None => language.say("no percentage: 0 before", "비율 없음: 이전 값 0").to_owned(),
    };
    let (now_text, before_text) = (write(now).text, write(before).text);
    let before = match basis {
        Basis::Sums => match language {
            Language::English => format!("{before_text} before"),
            Language::Korean => format!("이전 {before_text}"),
        },
        Basis::PerRoomDay { .. } => match language {
            Language::English => format!("{now_text} per room-day, {before_text} before"),
            Language::Korean => format!("객실일당 {now_text}, 이전 {before_text}"),
        },
    };
    Change {
        direction: direction(&absolute),
        text: format!("{absolute}{per} ({relative})"),
        before,
    }
}

/// The four figures, against the period before where there is one to compare with.
///
/// A cost of some of the days only is not compared: it would seem to rise as prices are set.
pub(crate) fn cards(
    notation: &Notation<'_>,
    tally: &ReportSums,
    before: Option<Before<'_>>,
    target: Option<Percent>,
) -> Vec<Card> {
    let of = Cards { notation, tally, before, target };
    vec![of.wasted(), of.cost(), of.co2e(), of.energy()]
}

struct Cards<'a> {
    notation: &'a Notation<'a>,
    tally: &'a ReportSums,
    before: Option<Before<'a>>,
    target: Option<Percent>,
}

impl Cards<'_> {
    fn say(&self, english: &'static str, korean: &'static str) -> &'static str {
        self.notation.language.say(english, korean)
    }

    fn totals(&self) -> &Totals {
        &self.tally.totals
    }

    fn is_rated(&self) -> bool {
        Measure::of(self.totals()) == Measure::Energy
    }

    fn was_priced(&self) -> bool {
        self.before.is_some_and(|before| before.priced)
    }

    fn night(&self) -> Option<PerSoldNight> {
        self.tally.nights.per_sold_night(self.totals()).filter(|_| self.is_rated())
    }

    /// A sum against the one before.
    fn against(
        &self,
        now: i128,
        of: impl Fn(&Totals) -> Option<i128>,
        write: impl Fn(i128) -> Datum,
    ) -> Option<Change> {
        let Before { totals, basis, .. } = self.before?;
        Some(change(self.notation.language, (now, of(totals)?), basis, write))
    }

    /// A figure per sold night against the one before.
    fn nightly_against(
        &self,
        now: Rounded<4>,
        of: impl Fn(&PerSoldNight) -> Option<Rounded<4>>,
        write: impl Fn(Rounded<4>) -> Datum,
    ) -> Option<Change> {
        let before = of(&self.before?.per_sold_night()?)?;
        let both = (now.units(), before.units());
        let write = |units| write(Rounded::of(units, 10_000));
        Some(change(self.notation.language, both, Basis::Sums, write))
    }

    /// Wasted money; where not all days have a price, energy, and where nothing has a rating, time.
    fn wasted(&self) -> Card {
        let now = self.totals();
        let measure = Measure::of(now);
        let money =
            now.confirmed_waste_cost().filter(|_| self.is_rated() && self.tally.unpriced == 0);
        let wasted = Notation::measured(measure, measure.wasted(now));
        let label = match (money, measure) {
            (Some(_), _) => self.say("Wasted money", "낭비 비용"),
            (None, Measure::Energy) => self.say("Wasted energy", "낭비 에너지"),
            (None, Measure::Time) => self.say("Wasted use", "낭비된 사용 시간"),
        };
        let Some(share) = percent(measure.wasted(now), measure.used(now)) else {
            let value = CardValue::Missing(self.say("Nothing was used", "사용 없음"));
            return Card { label, name: "wasted", value, details: vec![], change: None };
        };
        let (value, change) = match money {
            Some(wasted) => (
                self.notation.money(wasted),
                self.against(
                    wasted.exact(),
                    |before| before.confirmed_waste_cost().map(Charge::exact),
                    |exact| self.notation.money(Charge::from_exact(exact)),
                )
                .filter(|_| self.was_priced()),
            ),
            None => (
                wasted.clone(),
                self.against(
                    measure.wasted(now),
                    |before| Some(measure.wasted(before)),
                    |exact| Notation::measured(measure, exact),
                ),
            ),
        };
        let up_to = money.zip(now.waste_cost).filter(|(sure, all)| sure != all);
        let up_to = match up_to {
            Some((_, all)) => Some(self.notation.money(all).text),
            None => measure.up_to(now).map(|all| Notation::measured(measure, all).text),
        };
        let details = [
            Some(self.share_of_all(&share, money.map(|_| wasted.text))),
            Some(self.unsold(measure)),
            up_to.map(|text| self.notation.up_to(&text)),
        ];
        let details = details.into_iter().flatten().map(Detail::Text).collect();
        Card { label, name: "wasted", value: CardValue::Figure(value), details, change }
    }

    /// The share of the energy, or of the use, and the target that it has.
    fn share_of_all(&self, share: &str, amount: Option<String>) -> String {
        let amount = amount.map(|amount| format!("{amount}, ")).unwrap_or_default();
        let target = self.target.filter(|_| self.is_rated());
        match (self.notation.language, target) {
            (Language::English, Some(target)) => {
                format!("{amount}{share} of all; the target is {target}%")
            }
            (Language::English, None) => format!("{amount}{share} of all"),
            (Language::Korean, Some(target)) => {
                format!("{amount}전체의 {share}, 목표 {target}%")
            }
            (Language::Korean, None) => format!("{amount}전체의 {share}"),
        }
    }

    /// How much of it was in unsold rooms, where it is certain.
    fn unsold(&self, measure: Measure) -> String {
        let unsold = Notation::measured(measure, measure.wasted_unsold(self.tally)).text;
        match self.notation.language {
            Language::English => format!("{unsold} of it in unsold rooms"),
            Language::Korean => format!("그중 미판매 객실 {unsold}"),
        }
    }

    fn cost(&self) -> Card {
        let now = self.totals();
        let nightly = self.night().and_then(|night| night.cost);
        let mut details = Vec::new();
        let (label, name, value, change) = match (nightly, now.cost) {
            (Some(nightly), Some(cost)) => {
                let total = self.notation.money(cost);
                details.push(Detail::total(self.notation.language, "cost", total));
                let change = self.nightly_against(
                    nightly,
                    |before| before.cost,
                    |amount| self.notation.rounded_money(amount),
                );
                (
                    self.say("Cost per sold night", "판매 객실 1박당 비용"),
                    "costPerSoldNight",
                    CardValue::Figure(self.notation.rounded_money(nightly)),
                    change,
                )
            }
            (_, cost) => {
                let change = cost.filter(|_| self.is_rated()).and_then(|cost| {
                    self.against(
                        cost.exact(),
                        |before| before.cost.map(Charge::exact),
                        |exact| self.notation.money(Charge::from_exact(exact)),
                    )
                });
                let missing = match now.unpriced {
                    Some(_) => self.say("Before the first tariff", "첫 요금제 이전"),
                    None => self.say("No price set", "단가 미설정"),
                };
                let value = self.charged(cost, missing, |cost| self.notation.money(cost));
                (self.say("Cost", "비용"), "cost", value, change)
            }
        };
        if let Some(unpriced) = now.unpriced.filter(|unpriced| *unpriced != Energy::default()) {
            let unpriced = Notation::energy(unpriced).text;
            details.push(Detail::Text(match self.notation.language {
                Language::English => format!("without {unpriced} from before the first tariff"),
                Language::Korean => format!("첫 요금제 이전 {unpriced} 제외"),
            }));
        }
        details.extend(self.nights());
        details.extend(self.assumed_share().filter(|_| matches!(value, CardValue::Figure(_))));
        let change = change.filter(|_| self.tally.unpriced == 0 && self.was_priced());
        Card { label, name, value, details, change }
    }

    fn co2e(&self) -> Card {
        let now = self.totals();
        let nightly = self.night().and_then(|night| night.co2e);
        let mut details = Vec::new();
        let (label, name, value, change) = match (nightly, now.co2e) {
            (Some(nightly), Some(co2e)) => {
                let total = Notation::co2e(co2e);
                details.push(Detail::total(self.notation.language, "co2eKg", total));
                let change =
                    self.nightly_against(nightly, |before| before.co2e, Notation::rounded_co2e);
                (
                    self.say("CO₂e per sold night", "판매 객실 1박당 CO₂e"),
                    "co2eKgPerSoldNight",
                    CardValue::Figure(Notation::rounded_co2e(nightly)),
                    change,
                )
            }
            (_, co2e) => {
                let change = co2e.filter(|_| self.is_rated()).and_then(|co2e| {
                    self.against(
                        co2e.exact(),
                        |before| before.co2e.map(Charge::exact),
                        |exact| Notation::co2e(Charge::from_exact(exact)),
                    )
                });
                let missing = self.say("No emission factor set", "배출 계수 미설정");
                ("CO₂e", "co2eKg", self.charged(co2e, missing, Notation::co2e), change)
            }
        };
        details.extend(self.assumed_share().filter(|_| matches!(value, CardValue::Figure(_))));
        let did_emit = self.before.is_some_and(|before| before.emitting);
        let change = change.filter(|_| self.tally.unfactored == 0 && did_emit);
        Card { label, name, value, details, change }
    }

    fn charged(
        &self,
        charge: Option<Charge>,
        missing: &'static str,
        write: impl Fn(Charge) -> Datum,
    ) -> CardValue {
        match charge {
            Some(charge) if self.is_rated() => CardValue::Figure(write(charge)),
            Some(_) => CardValue::Missing(self.unrated()),
            None => CardValue::Missing(missing),
        }
    }

    fn unrated(&self) -> &'static str {
        self.say("No device in use has a rating", "사용된 기기에 정격이 없음")
    }

    /// How many nights were sold, of those that are known.
    fn nights(&self) -> Option<Detail> {
        let nights = self.tally.nights.nights;
        let known = nights.sold + nights.unsold;
        let [sold, known_text] = [nights.sold, known].map(|it| Notation::number(it).text);
        let language = self.notation.language;
        (known > 0).then(|| {
            Detail::Text(match language {
                Language::English => {
                    let noun = language.count(known, "night", "nights", "");
                    format!("{sold} of {known_text} {noun} sold")
                }
                Language::Korean => format!("판매 {sold}박 / {known_text}박"),
            })
        })
    }

    /// How much of what is charged rests on use that is assumed.
    fn assumed_share(&self) -> Option<Detail> {
        let now = self.totals();
        let share = percent(now.assumed_energy.exact(), now.energy.exact())?;
        let none = now.assumed_energy == Energy::default();
        self.is_rated().then(|| {
            Detail::Text(match (self.notation.language, none) {
                (Language::English, true) => "all of it confirmed".to_owned(),
                (Language::English, false) => format!("{share} of it assumed"),
                (Language::Korean, true) => "모두 확인됨".to_owned(),
                (Language::Korean, false) => format!("그중 추정 {share}"),
            })
        })
    }

    fn energy(&self) -> Card {
        let now = self.totals();
        let rated = self.is_rated();
        let value = if rated {
            CardValue::Figure(Notation::energy(now.energy))
        } else {
            CardValue::Missing(self.unrated())
        };
        let mut details = Vec::new();
        if rated {
            details.extend(self.night().map(|night| {
                let text = Notation::per_night(night.energy).text;
                match self.notation.language {
                    Language::English => format!("{text} per sold night"),
                    Language::Korean => format!("판매 객실 1박당 {text}"),
                }
            }));
            details.extend(self.how_known());
        }
        let change = self.against(
            now.energy.exact(),
            |before| Some(before.energy.exact()),
            |exact| Notation::measured(Measure::Energy, exact),
        );
        Card {
            label: self.say("Energy", "에너지"),
            name: "energyWh",
            value,
            details: details.into_iter().map(Detail::Text).collect(),
            change: change.filter(|_| rated),
        }
    }

    /// What the energy was measured by, and what of it is assumed.
    fn how_known(&self) -> Vec<String> {
        let totals = self.totals();
        let mut known = Vec::new();
        if let Some(measured) = totals.measured {
            let of_use = measured.energy;
            let rated = totals.energy - of_use - measured.standby - measured.unplaced;
            let parts = [
                (of_use, "of use measured", "사용 계량"),
                (rated, "by rating", "정격 산출"),
                (measured.standby, "standby", "대기전력"),
                (measured.unplaced, "unplaced", "시각 미상"),
            ];
            let parts = parts.into_iter().filter(|(energy, ..)| *energy != Energy::default());
            let parts = parts.map(|(energy, english, korean)| {
                let text = Notation::energy(energy).text;
                match self.notation.language {
                    Language::English => format!("{text} {english}"),
                    Language::Korean => format!("{korean} {text}"),
                }
            });
            let parts: Vec<_> = parts.collect();
            if !parts.is_empty() {
                known.push(parts.join(", "));
            }
        }
        let assumed = Notation::energy(totals.assumed_energy).text;
        let none = totals.assumed_energy == Energy::default();
        known.push(match (self.notation.language, none) {
            (Language::English, true) => "all of it confirmed".to_owned(),
            (Language::English, false) => format!("{assumed} of it assumed"),
            (Language::Korean, true) => "모두 확인됨".to_owned(),
            (Language::Korean, false) => format!("그중 추정 {assumed}"),
        });
        known
    }
}

/// What there is to say in a few sentences.
pub(crate) fn lede(notation: &Notation<'_>, totals: &Totals) -> Option<String> {
    let measure = Measure::of(totals);
    let (used, wasted) = (measure.used(totals), measure.wasted(totals));
    let share = percent(wasted, used)?;
    let text = |exact| Notation::measured(measure, exact).text;
    let cost = totals.confirmed_waste_cost().filter(|_| measure == Measure::Energy);
    let cost = cost.map(|cost| notation.money(cost).text);
    let up_to = measure.up_to(totals).map(text);
    let (used, wasted) = (text(used), text(wasted));
    let sentences = match notation.language {
        Language::English => [
            Some(format!("{wasted} of {used} ({share}) was wasted in an empty room.")),
            cost.map(|cost| format!("That cost {cost}.")),
            up_to.map(|up_to| format!("With assumed use it is up to {up_to}.")),
        ],
        Language::Korean => {
            let said = format!("사용량 {used} 중 빈 객실에서 낭비된 것은 {wasted}, {share}입니다");
            let ending = cost.map_or(".".to_owned(), |cost| format!(". 비용은 {cost}입니다."));
            [
                Some(format!("{said}{ending}")),
                up_to.map(|up_to| format!("추정된 사용을 포함하면 최대 {up_to}입니다.")),
                None,
            ]
        }
    };
    Some(sentences.into_iter().flatten().collect::<Vec<_>>().join(" "))
}
