//! How figures, dates and times are written for people.
//!
//! Figures are rounded here and nowhere before, half away from zero, and carry the figure of the
//! API in their `value`. Both languages group digits by comma and write a decimal point; they
//! differ in dates, durations, and where a currency stands.

use std::str::FromStr;

use askama::Template;
use askama::filters::HtmlSafe;
use iso_currency::Currency;
use roomwatt_domain::instant::{HOUR, MINUTE, Millis};
use roomwatt_domain::{
    BusinessCalendar, BusinessDate, Charge, Energy, Instant, Presence, Profile, Rounded, Stay,
};
use roomwatt_presentation::{Baseline, Period, Range, figure};

use crate::language::Language;
use crate::tally::Measure;

/// A figure for people, with the same figure as the API writes it.
#[derive(Debug, Clone, Template)]
#[template(source = r#"<data value="{{ value }}">{{ text }}</data>"#, ext = "html")]
pub(crate) struct Datum {
    pub(crate) value: String,
    pub(crate) text: String,
}

impl HtmlSafe for Datum {}

const WATT_HOUR: i128 = 3_600_000_000;
/// One unit of money or one kilogram, in a [`Charge`]'s whole unit.
const AMOUNT: i128 = WATT_HOUR * 1000 * 1_000_000;
const MINUS: char = '\u{2212}';
const NARROW: char = '\u{a0}';

/// How one hotel's figures are written in one language.
#[derive(Debug, Clone)]
pub(crate) struct Notation<'a> {
    pub(crate) language: Language,
    calendar: &'a BusinessCalendar,
    currency: Option<String>,
    money_decimals: u32,
}

impl<'a> Notation<'a> {
    pub(crate) fn new(profile: &'a Profile, language: Language) -> Self {
        let currency = profile.currency.clone();
        let known = currency.as_deref().and_then(|code| Currency::from_str(code).ok());
        let money_decimals = known.and_then(Currency::exponent).unwrap_or(2).into();
        Self { language, calendar: &profile.calendar, currency, money_decimals }
    }

    /// The unit of money, for the head of a column.
    pub(crate) fn currency(&self) -> &str {
        self.currency.as_deref().unwrap_or_default()
    }

    /// Kilowatt-hours without their unit.
    pub(crate) fn kwh(energy: Energy, decimals: u32) -> Datum {
        let text = decimal(energy.exact(), WATT_HOUR * 1000, decimals);
        Datum { value: energy.watt_hours().to_string(), text }
    }

    /// Kilowatt-hours with their unit, with as many decimals as their size asks for.
    pub(crate) fn energy(energy: Energy) -> Datum {
        let unit = WATT_HOUR * 1000;
        let decimals = fitting(energy.exact(), unit);
        let text = decimal(energy.exact(), unit, decimals);
        Datum { value: energy.watt_hours().to_string(), text: format!("{text}{NARROW}kWh") }
    }

    /// Money without its currency.
    pub(crate) fn amount(&self, charge: Charge) -> Datum {
        let text = decimal(charge.exact(), AMOUNT, self.money_decimals);
        Datum { value: charge.amount().to_string(), text }
    }

    /// Money with its currency, where the hotel has one.
    pub(crate) fn money(&self, charge: Charge) -> Datum {
        let Datum { value, text } = self.amount(charge);
        let text = match (self.language, self.currency.as_deref()) {
            (_, None) => text,
            (Language::Korean, Some("KRW")) => format!("{text}원"),
            (Language::Korean, Some(currency)) => format!("{text}{NARROW}{currency}"),
            (Language::English, Some(currency)) => match text.strip_prefix(MINUS) {
                Some(size) => format!("{MINUS}{currency}{NARROW}{size}"),
                None => format!("{currency}{NARROW}{text}"),
            },
        };
        Datum { value, text }
    }

    /// Money that was divided, and rounded already, with its currency.
    pub(crate) fn rounded_money(&self, amount: Rounded<4>) -> Datum {
        self.money(Charge::from_exact(amount.units() * (AMOUNT / 10_000)))
    }

    /// Kilograms of CO₂e that were divided, and rounded already, with their unit.
    pub(crate) fn rounded_co2e(amount: Rounded<4>) -> Datum {
        Self::co2e(Charge::from_exact(amount.units() * (AMOUNT / 10_000)))
    }

    /// Kilograms of CO₂e without their unit.
    pub(crate) fn kilograms(charge: Charge, decimals: u32) -> Datum {
        Datum {
            value: charge.amount().to_string(),
            text: decimal(charge.exact(), AMOUNT, decimals),
        }
    }

    /// Kilograms of CO₂e with their unit.
    pub(crate) fn co2e(charge: Charge) -> Datum {
        let Datum { value, text } = Self::kilograms(charge, fitting(charge.exact(), AMOUNT));
        Datum { value, text: format!("{text}{NARROW}kg") }
    }

    /// Hours as a decimal, without their unit.
    pub(crate) fn hours(time: Millis, decimals: u32) -> Datum {
        Datum { value: time.to_string(), text: decimal(time.into(), HOUR.into(), decimals) }
    }

    /// A number of things.
    pub(crate) fn number(number: u64) -> Datum {
        Datum { value: number.to_string(), text: grouped(&number.to_string()) }
    }

    /// A use or its waste, in what a chart measures.
    pub(crate) fn measured(measure: Measure, exact: i128) -> Datum {
        match measure {
            Measure::Energy => Self::energy(Energy::from_exact(exact)),
            Measure::Time => Datum {
                value: exact.to_string(),
                text: format!("{}{NARROW}h", decimal(exact, Measure::Time.unit(), 1)),
            },
        }
    }

    /// How far a confirmed figure goes up to with what is assumed.
    pub(crate) fn up_to(&self, text: &str) -> String {
        match self.language {
            Language::English => format!("up to {text} with assumed use"),
            Language::Korean => format!("추정 포함 최대 {text}"),
        }
    }

    /// Energy per night or so: already rounded watt-hours, with their unit.
    pub(crate) fn per_night(energy: Rounded<3>) -> Datum {
        // Watt-hours in thousandths are exact enough for what is shown.
        let exact = Energy::from_exact(energy.units() * (WATT_HOUR / 1000));
        Self::energy(exact)
    }

    /// A length of time to the minute, below a minute to the second.
    pub(crate) fn duration(&self, time: Millis) -> Datum {
        let text = if time != 0 && time.abs() < MINUTE {
            self.units(&[(time / 1000, "s", "초")])
        } else {
            // Half a minute counts as one.
            let minutes = (time + MINUTE / 2).div_euclid(MINUTE);
            match (minutes / 60, minutes % 60) {
                (0, minutes) => self.units(&[(minutes, "min", "분")]),
                (hours, 0) => self.units(&[(hours, "h", "시간")]),
                (hours, minutes) => self.units(&[(hours, "h", "시간"), (minutes, "min", "분")]),
            }
        };
        Datum { value: time.to_string(), text }
    }

    /// A length of time to the millisecond: `1:30:00` or `0:00:01.250`.
    pub(crate) fn exact_duration(time: Millis) -> Datum {
        let (seconds, millis) = (time / 1000, time % 1000);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let mut text = format!("{hours}:{minutes:02}:{seconds:02}");
        if millis != 0 {
            text = format!("{text}.{millis:03}");
        }
        Datum { value: time.to_string(), text }
    }

    fn units(&self, parts: &[(i64, &str, &str)]) -> String {
        let shown: Vec<String> = parts
            .iter()
            .map(|(number, english, korean)| {
                let number = grouped(&number.to_string());
                match self.language {
                    Language::English => format!("{number}{NARROW}{english}"),
                    Language::Korean => format!("{number}{korean}"),
                }
            })
            .collect();
        shown.join(" ")
    }

    /// `Sat 21 Nov 2026`, `2026년 11월 21일 (토)`.
    pub(crate) fn date(&self, date: BusinessDate) -> String {
        let civil = date.civil();
        let weekday = self.weekday(date);
        match self.language {
            Language::English => {
                format!("{weekday} {} {} {}", civil.day(), month(date).0, civil.year())
            }
            Language::Korean => {
                format!("{}년 {}월 {}일 ({weekday})", civil.year(), civil.month(), civil.day())
            }
        }
    }

    /// Day and month, as narrow as can be: `21 Nov`, `11.21`.
    pub(crate) fn short_date(&self, date: BusinessDate) -> String {
        let civil = date.civil();
        match self.language {
            Language::English => format!("{} {}", civil.day(), month(date).0),
            Language::Korean => format!("{}.{}", civil.month(), civil.day()),
        }
    }

    /// `Nov 2026`, `2026년 11월`.
    pub(crate) fn month(&self, date: BusinessDate) -> String {
        let civil = date.civil();
        match self.language {
            Language::English => format!("{} {}", month(date).0, civil.year()),
            Language::Korean => format!("{}년 {}", civil.year(), month(date).1),
        }
    }

    pub(crate) fn month_name(&self, date: BusinessDate) -> &'static str {
        let (english, korean) = month(date);
        self.language.say(english, korean)
    }

    pub(crate) fn weekday(&self, date: BusinessDate) -> &'static str {
        let names = [
            ("Mon", "월"),
            ("Tue", "화"),
            ("Wed", "수"),
            ("Thu", "목"),
            ("Fri", "금"),
            ("Sat", "토"),
            ("Sun", "일"),
        ];
        let at = usize::from(date.civil().weekday().to_monday_zero_offset().unsigned_abs());
        let (english, korean) = names[at % names.len()];
        self.language.say(english, korean)
    }

    /// What a period is called.
    pub(crate) fn period(&self, period: Period) -> String {
        let (english, korean) = match period {
            Period::Yesterday => ("Yesterday", "어제"),
            Period::SevenDays => ("7 days", "최근 7일"),
            Period::ThirtyDays => ("30 days", "최근 30일"),
            Period::LastWeek => ("Last week", "지난주"),
            Period::MonthToDate => ("This month", "이번 달"),
            Period::LastMonth => ("Last month", "지난달"),
            Period::YearToDate => ("This year", "올해"),
            Period::Month(_) | Period::Week(_) => return period.to_string(),
        };
        self.language.say(english, korean).to_owned()
    }

    /// What a baseline is called.
    pub(crate) fn baseline(&self, baseline: Baseline) -> &'static str {
        match baseline {
            Baseline::Previous => self.language.say("the period before", "직전 기간"),
            Baseline::SameWeekdays => self.language.say("the same weekdays before", "같은 요일"),
            Baseline::LastYear => self.language.say("last year", "작년"),
        }
    }

    /// The weekday's full name.
    pub(crate) fn weekday_name(&self, date: BusinessDate) -> String {
        match self.language {
            Language::English => date.civil().strftime("%A").to_string(),
            Language::Korean => format!("{}요일", self.weekday(date)),
        }
    }

    /// Day, month and local time to the minute: `1 Nov 10:12`, `11.1 10:12`.
    pub(crate) fn short_moment(&self, at: Instant) -> String {
        let date = self.calendar.show(at).get(..10).and_then(|date| BusinessDate::parse(date).ok());
        let date = date.map(|date| self.short_date(date)).unwrap_or_default();
        format!("{date} {}", self.clock(at))
    }

    /// The weekday in one or two letters.
    pub(crate) fn initial(&self, date: BusinessDate) -> &'static str {
        let name = self.weekday(date);
        match self.language {
            Language::English => name.get(..2).unwrap_or(name),
            Language::Korean => name,
        }
    }

    /// A range of dates, what both ends share written once.
    pub(crate) fn range(&self, range: Range) -> String {
        let (from, to) = (range.from.civil(), range.to.civil());
        let day = |date| match self.language {
            Language::English => format!("{} {}", self.short_date(date), date.civil().year()),
            Language::Korean => {
                let civil = date.civil();
                format!("{}년 {}월 {}일", civil.year(), civil.month(), civil.day())
            }
        };
        if from == to {
            return self.date(range.from);
        }
        let (same_year, same_month) = (from.year() == to.year(), from.month() == to.month());
        match self.language {
            Language::English if same_year && same_month => {
                format!("{}\u{2013}{}", from.day(), day(range.to))
            }
            Language::English if same_year => {
                format!("{} \u{2013} {}", self.short_date(range.from), day(range.to))
            }
            Language::Korean if same_year && same_month => {
                format!("{}\u{2013}{}일", day(range.from).trim_end_matches('일'), to.day())
            }
            Language::Korean if same_year => {
                format!("{} \u{2013} {}월 {}일", day(range.from), to.month(), to.day())
            }
            Language::English | Language::Korean => {
                format!("{} \u{2013} {}", day(range.from), day(range.to))
            }
        }
    }

    /// The local time, to the millisecond where it has any: `07:30:00`, `08:10:09.500`.
    pub(crate) fn time(&self, at: Instant) -> String {
        let shown = self.calendar.show(at);
        let time = shown.get(11..19).unwrap_or_default();
        match at.as_millis().rem_euclid(1000) {
            0 => time.to_owned(),
            millis => format!("{time}.{millis:03}"),
        }
    }

    /// The local time to the minute.
    pub(crate) fn clock(&self, at: Instant) -> String {
        self.calendar.show(at).get(11..16).unwrap_or_default().to_owned()
    }

    /// Local date and time to the minute, with the offset.
    pub(crate) fn moment(&self, at: Instant) -> String {
        let shown = self.calendar.show(at);
        let (date, time) = shown.split_once('T').unwrap_or((&shown, ""));
        let date = BusinessDate::parse(date).map_or(date.to_owned(), |date| self.date(date));
        let offset = time.get(8..).unwrap_or_default();
        format!("{date} {} (UTC{offset})", time.get(..5).unwrap_or_default())
    }

    /// The state of the offset at an instant: `+09:00`.
    pub(crate) fn offset(&self, at: Instant) -> String {
        self.calendar.show(at).get(19..).unwrap_or_default().to_owned()
    }

    pub(crate) fn stay(&self, stay: Stay) -> &'static str {
        match stay {
            Stay::CheckedIn => self.language.say("Checked in", "체크인"),
            Stay::CheckedOut => self.language.say("Checked out", "체크아웃"),
            Stay::Unknown => self.language.say("Stay unknown", "투숙 미확인"),
        }
    }

    pub(crate) fn presence(&self, presence: Presence) -> &'static str {
        match presence {
            Presence::Occupied => self.language.say("Somebody there", "재실"),
            Presence::Vacant => self.language.say("Nobody there", "부재"),
            Presence::Unknown => self.language.say("Presence unknown", "재실 미확인"),
        }
    }
}

fn month(date: BusinessDate) -> (&'static str, &'static str) {
    const NAMES: [(&str, &str); 12] = [
        ("Jan", "1월"),
        ("Feb", "2월"),
        ("Mar", "3월"),
        ("Apr", "4월"),
        ("May", "5월"),
        ("Jun", "6월"),
        ("Jul", "7월"),
        ("Aug", "8월"),
        ("Sep", "9월"),
        ("Oct", "10월"),
        ("Nov", "11월"),
        ("Dec", "12월"),
    ];
    NAMES[usize::from(date.civil().month().unsigned_abs() - 1) % NAMES.len()]
}

/// A share of a whole in tenths of a percent; `None` of nothing.
pub(crate) fn tenths_of_percent(part: i128, whole: i128) -> Option<i128> {
    let (part, whole) = reduced(part, whole);
    (whole != 0).then(|| Rounded::<0>::of(part * 1000 * whole.signum(), whole.abs()).units())
}

/// Part and whole halved together until products with them fit into 128 bits: the ratio stays the
/// same as far as anybody can see it.
pub(crate) fn reduced(mut part: i128, mut whole: i128) -> (i128, i128) {
    while part.unsigned_abs().max(whole.unsigned_abs()) >= 1 << 90 {
        (part, whole) = (part / 2, whole / 2);
    }
    (part, whole)
}

/// Tenths as a decimal: `12.3`.
pub(crate) fn tenths(tenths: i128) -> String {
    decimal(tenths, 10, 1)
}

/// `12.3 %`, or a dash for a share of nothing.
pub(crate) fn percent(part: i128, whole: i128) -> Option<String> {
    tenths_of_percent(part, whole).map(|share| format!("{}%", tenths(share)))
}

/// A signed text: `+12.3`, `−4.0`, `±0.0`.
pub(crate) fn signed(text: &str) -> String {
    if text.starts_with(MINUS) {
        text.to_owned()
    } else if text.chars().any(|digit| ('1'..='9').contains(&digit)) {
        format!("+{text}")
    } else {
        format!("\u{b1}{text}")
    }
}

/// An exact quotient as a decimal with its digits grouped by thousands.
pub(crate) fn decimal(exact: i128, unit: i128, decimals: u32) -> String {
    let units = match decimals {
        0 => Rounded::<0>::of(exact, unit).units(),
        1 => Rounded::<1>::of(exact, unit).units(),
        2 => Rounded::<2>::of(exact, unit).units(),
        3 => Rounded::<3>::of(exact, unit).units(),
        _ => Rounded::<4>::of(exact, unit).units(),
    };
    let scale = 10_u128.pow(decimals.min(4));
    let size = units.unsigned_abs();
    let mut text = grouped(&(size / scale).to_string());
    if decimals > 0 {
        let width = decimals.min(4) as usize;
        text = format!("{text}.{:0width$}", size % scale);
    }
    if units < 0 {
        text.insert(0, MINUS);
    }
    text
}

/// Decimals that leave about four digits to read.
fn fitting(exact: i128, unit: i128) -> u32 {
    match exact.unsigned_abs() / unit.unsigned_abs() {
        0..10 => 2,
        10..1000 => 1,
        _ => 0,
    }
}

fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("\u{2212}", rest));
    format!("{sign}{}", figure::grouped(digits))
}

#[cfg(test)]
mod tests {
    use super::{decimal, percent, signed, tenths_of_percent};

    #[test]
    fn decimals_are_grouped_and_rounded_half_away_from_zero() {
        assert_eq!(decimal(1_234_567_850, 1000, 1), "1,234,567.9");
        assert_eq!(decimal(-1_500, 1000, 0), "\u{2212}2");
        assert_eq!(decimal(0, 7, 3), "0.000");
        assert_eq!(decimal(999, 1, 0), "999");
        assert_eq!(decimal(i128::MAX / 10_i128.pow(9), 3_600_000_000, 2).matches(',').count(), 6);
    }

    #[test]
    fn a_share_of_nothing_has_no_percent() {
        assert_eq!(percent(0, 0), None);
        assert_eq!(percent(1, 8).as_deref(), Some("12.5%"));
        assert_eq!(tenths_of_percent(i128::MAX / 2, i128::MAX), Some(500));
        assert_eq!(tenths_of_percent(-1, 4), Some(-250));
    }

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(signed("0.0"), "\u{b1}0.0");
        assert_eq!(signed("1.0"), "+1.0");
        assert_eq!(signed("\u{2212}1.0"), "\u{2212}1.0");
    }
}
