//! The four figures to see first, against the period before, and the sentence that sums them up.

use roomwatt_domain::{Charge, Energy, Rounded, Totals};

use crate::language::Language;
use crate::notation::{Datum, Notation, percent, signed, tenths, tenths_of_percent};
use crate::tally::{Measure, Tally};

/// One of the four figures to see first.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub(crate) label: &'static str,
    /// As in the API.
    pub(crate) name: &'static str,
    pub(crate) value: CardValue,
    /// What belongs to the figure, a line each.
    pub(crate) details: Vec<String>,
    pub(crate) change: Option<Change>,
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
    tally: &Tally,
    before: Option<(&Totals, Basis)>,
) -> Vec<Card> {
    let language = notation.language;
    let now = tally.totals();
    let measure = Measure::of(now);
    let unrated = language.say("No device in use has a rating", "사용된 기기에 정격이 없음");
    let compare =
        |now: i128, of: &dyn Fn(&Totals) -> Option<i128>, write: &dyn Fn(i128) -> Datum| {
            let (before, basis) = before?;
            Some(change(language, (now, of(before)?), basis, write))
        };
    let rated = measure == Measure::Energy;
    let energy = Card {
        label: language.say("Energy", "에너지"),
        name: "energyWh",
        value: if rated {
            CardValue::Figure(Notation::energy(now.energy))
        } else {
            CardValue::Missing(unrated)
        },
        details: if rated { energy_details(notation, tally) } else { Vec::new() },
        change: rated
            .then(|| {
                compare(now.energy.exact(), &|before| Some(before.energy.exact()), &|exact| {
                    Notation::measured(Measure::Energy, exact)
                })
            })
            .flatten(),
    };
    let charged = |charge: Option<Charge>, missing, write: &dyn Fn(Charge) -> Datum| match charge {
        Some(charge) if rated => CardValue::Figure(write(charge)),
        Some(_) => CardValue::Missing(unrated),
        None => CardValue::Missing(missing),
    };
    let no_price = match now.unpriced {
        Some(_) => language.say("Before the first tariff", "첫 요금제 이전"),
        None => language.say("No price set", "단가 미설정"),
    };
    let cost = Card {
        label: language.say("Cost", "비용"),
        name: "cost",
        value: charged(now.cost, no_price, &|charge| notation.money(charge)),
        details: cost_details(notation, tally, rated),
        change: now.cost.filter(|_| rated && tally.unpriced == 0).and_then(|cost| {
            compare(cost.exact(), &|before| before.cost.map(Charge::exact), &|exact| {
                notation.money(Charge::from_exact(exact))
            })
        }),
    };
    let co2e = Card {
        label: "CO₂e",
        name: "co2eKg",
        value: charged(
            now.co2e,
            language.say("No emission factor set", "배출 계수 미설정"),
            &Notation::co2e,
        ),
        details: co2e_details(notation, tally, rated),
        change: now.co2e.filter(|_| rated && tally.unfactored == 0).and_then(|co2e| {
            compare(co2e.exact(), &|before| before.co2e.map(Charge::exact), &|exact| {
                Notation::co2e(Charge::from_exact(exact))
            })
        }),
    };
    vec![wasted_share(notation, tally, before.map(|(before, _)| before)), cost, co2e, energy]
}

/// How the energy is known, what of it is no use, and what a sold night takes.
fn energy_details(notation: &Notation<'_>, tally: &Tally) -> Vec<String> {
    let totals = tally.totals();
    let mut details = Vec::new();
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
            match notation.language {
                Language::English => format!("{text} {english}"),
                Language::Korean => format!("{korean} {text}"),
            }
        });
        let parts: Vec<_> = parts.collect();
        if !parts.is_empty() {
            details.push(parts.join(", "));
        }
    }
    details.extend(
        tally
            .nights
            .per_sold_night(totals)
            .map(|night| per_sold_night(notation, &Notation::per_night(night.energy).text)),
    );
    details
}

/// What the waste cost, what has no price, and what a sold night costs.
fn cost_details(notation: &Notation<'_>, tally: &Tally, rated: bool) -> Vec<String> {
    let totals = tally.totals();
    let mut details = Vec::new();
    if let Some(wasted) = totals.confirmed_waste_cost().filter(|_| rated) {
        let wasted_text = notation.money(wasted).text;
        let wasted_text = match notation.language {
            Language::English => format!("{wasted_text} wasted"),
            Language::Korean => format!("낭비 {wasted_text}"),
        };
        let all = totals.waste_cost.filter(|all| *all != wasted);
        details.push(match all {
            Some(all) => format!("{wasted_text}, {}", notation.up_to(&notation.money(all).text)),
            None => wasted_text,
        });
    }
    if let Some(unpriced) = totals.unpriced.filter(|unpriced| *unpriced != Energy::default()) {
        let unpriced = Notation::energy(unpriced).text;
        details.push(match notation.language {
            Language::English => format!("without {unpriced} from before the first tariff"),
            Language::Korean => format!("첫 요금제 이전 {unpriced} 제외"),
        });
    }
    let night = tally.nights.per_sold_night(totals).and_then(|night| night.cost);
    details.extend(
        night
            .filter(|_| rated)
            .map(|cost| per_sold_night(notation, &notation.rounded_money(cost).text)),
    );
    details
}

fn co2e_details(notation: &Notation<'_>, tally: &Tally, rated: bool) -> Vec<String> {
    let night = tally.nights.per_sold_night(tally.totals()).and_then(|night| night.co2e);
    let night = night.filter(|_| rated);
    let shown = night.map(|co2e| per_sold_night(notation, &Notation::rounded_co2e(co2e).text));
    shown.into_iter().collect()
}

fn per_sold_night(notation: &Notation<'_>, text: &str) -> String {
    match notation.language {
        Language::English => format!("{text} per sold night"),
        Language::Korean => format!("판매 객실 1박당 {text}"),
    }
}

fn wasted_share(notation: &Notation<'_>, tally: &Tally, before: Option<&Totals>) -> Card {
    let language = notation.language;
    let now = tally.totals();
    let measure = Measure::of(now);
    let share = |totals| tenths_of_percent(measure.wasted(totals), measure.used(totals));
    let shared = share(now);
    let value = match shared {
        Some(share) => {
            CardValue::Figure(Datum { value: tenths(share), text: format!("{}%", tenths(share)) })
        }
        None => CardValue::Missing(language.say("Nothing was used", "사용 없음")),
    };
    let certain = measure.wasted_unsold(&tally.sums);
    let amount = Notation::measured(measure, measure.wasted(now)).text;
    let certain = Notation::measured(measure, certain).text;
    let amounts = shared.map(|_| match (language, measure) {
        (Language::English, Measure::Energy) => {
            format!("{amount} wasted, {certain} of it in unsold rooms")
        }
        (Language::Korean, Measure::Energy) => {
            format!("낭비 {amount}, 그중 미판매 객실 {certain}")
        }
        (Language::English, Measure::Time) => {
            format!("{amount} of use wasted, {certain} of it in unsold rooms; in time, since nothing is rated")
        }
        (Language::Korean, Measure::Time) => {
            format!("낭비된 사용 {amount}, 그중 미판매 객실 {certain}; 정격이 없어 시간 기준")
        }
    });
    let up_to = measure.up_to(now).map(|all| {
        let text = Notation::measured(measure, all).text;
        let share = percent(all, measure.used(now)).unwrap_or_default();
        notation.up_to(&format!("{text} ({share})"))
    });
    let change = shared.zip(before.and_then(share)).map(|(now, before)| {
        let points = signed(&tenths(now - before));
        Change {
            direction: direction(&points),
            text: match language {
                Language::English => format!("{points} percentage points"),
                Language::Korean => format!("{points}%p"),
            },
            before: match language {
                Language::English => format!("{}% before", tenths(before)),
                Language::Korean => format!("이전 {}%", tenths(before)),
            },
        }
    });
    Card {
        label: language.say("Share wasted", "낭비 비율"),
        name: "wastedShare",
        value,
        details: amounts.into_iter().chain(up_to).collect(),
        change,
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
            let said = format!("사용량 {used} 중 {wasted}({share})가 빈 객실에서 낭비되었습니다");
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
