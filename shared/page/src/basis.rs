//! What figures were reckoned with: prices, factors, the time zone, and how far days are closed.

use roomwatt_domain::{
    BusinessDate, EmissionFactors, Instant, PerKwh, Prices, Profile, ReportSums,
};
use roomwatt_presentation::Range;

use crate::language::Language;
use crate::notation::{Notation, percent};

/// A term by its name.
pub(crate) type Term = (&'static str, String);

/// What the figures of a tally were reckoned with, in a range of a hotel's days; how far these are closed,
/// and when the page is made.
pub(crate) fn terms(
    notation: &Notation<'_>,
    profile: &Profile,
    range: Range,
    sum: &ReportSums,
    (closed_through, made_at): (Option<BusinessDate>, Option<Instant>),
) -> Vec<Term> {
    let language = notation.language;
    let say = |english, korean| language.say(english, korean);
    let currency = notation.currency();
    let per_kwh = |price: PerKwh| format!("{price} {currency}/kWh").replace("  ", " ");
    let dated = |from: BusinessDate, text: String| match language {
        Language::English => format!("{text} from {}", notation.date(from)),
        Language::Korean => format!("{}부터 {text}", notation.date(from)),
    };
    let price = match &profile.prices {
        None => say("No price set", "단가 미설정").to_owned(),
        Some(Prices::Flat(price)) => per_kwh(*price),
        Some(Prices::ByDate(tariffs)) => {
            let told = holding_in(range, tariffs, |tariff| tariff.from).map(|tariff| {
                let zones = tariff.zones.len();
                let zones = match (zones, language) {
                    (0, _) => String::new(),
                    (_, Language::English) => {
                        let noun = language.count(zones as u64, "time of use", "times of use", "");
                        format!(", {zones} {noun} with a price of its own")
                    }
                    (_, Language::Korean) => format!(", 시간대별 단가 {zones}개"),
                };
                dated(tariff.from, format!("{}{zones}", per_kwh(tariff.price)))
            });
            told.collect::<Vec<_>>().join("; ")
        }
    };
    let sourced = |factor: PerKwh, source: Option<&String>| match source {
        Some(source) => format!("{factor} kg CO₂e/kWh ({source})"),
        None => format!("{factor} kg CO₂e/kWh"),
    };
    let own_source = profile.emission_factor_source.as_ref();
    let factor = match &profile.emission_factors {
        None => say("No emission factor set", "배출 계수 미설정").to_owned(),
        Some(EmissionFactors::Flat(factor)) => sourced(*factor, own_source),
        Some(EmissionFactors::ByDate(factors)) => {
            let told = holding_in(range, factors, |factor| factor.from).map(|factor| {
                dated(factor.from, sourced(factor.kg_co2e, factor.source.as_ref().or(own_source)))
            });
            told.collect::<Vec<_>>().join("; ")
        }
    };
    let mut terms = vec![
        (say("Price", "단가"), price),
        (say("Emission factor", "배출 계수"), factor),
        (say("Time zone", "시간대"), profile.calendar.time_zone().to_owned()),
    ];
    if let Some(closed) = closed_through {
        terms.push((say("Closed through", "최종 마감일"), notation.date(closed)));
    }
    let revised = Notation::number(sum.revised).text;
    terms.push((
        say("Revised after closing", "마감 후 정정"),
        match language {
            Language::English => {
                let noun = language.count(sum.revised, "room-day", "room-days", "");
                format!("{revised} {noun}")
            }
            Language::Korean => format!("연 객실일수 {revised}"),
        },
    ));
    let totals = &sum.totals;
    let rated = totals.usage - totals.unrated;
    if let Some(share) = percent(rated.into(), totals.usage.into()) {
        let text = match language {
            Language::English => format!("{share} of use has a rating or a reading"),
            Language::Korean => format!("사용의 {share}에 정격이나 측정값 있음"),
        };
        terms.push((say("Rated use", "정격 적용"), text));
    }
    terms.extend(made_at.map(|made| (say("Prepared", "작성"), notation.moment(made))));
    terms
}

/// Those that hold on any date of a range: each holds from its own date on until the next one's.
fn holding_in<T>(
    range: Range,
    dated: &[T],
    from: impl Fn(&T) -> BusinessDate,
) -> impl Iterator<Item = &T> {
    dated.iter().enumerate().filter_map(move |(at, one)| {
        let ended = dated.get(at + 1).is_some_and(|next| from(next) <= range.from);
        (from(one) <= range.to && !ended).then_some(one)
    })
}
