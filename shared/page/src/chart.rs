//! Stacked bars of used and wasted energy (or time), one bar for each column of a range.
//!
//! Widths are shares of the plot and heights are pixels, so the bars stretch with the page while
//! texts keep their size. Colours come from the style sheet by class.

use roomwatt_domain::{Rounded, Totals};
use svg::node::element::{Anchor, Group, Line, Rectangle, SVG, Text, Title};

use crate::notation::{Datum, Notation, decimal, reduced};
use crate::tally::Measure;

/// One bar.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bar {
    /// Below the bar, where there is room.
    pub(crate) label: String,
    /// What the bar stands for, in words.
    pub(crate) title: String,
    pub(crate) href: Option<String>,
    /// `None` where there is no report.
    pub(crate) figures: Option<Parts>,
    /// What is behind it.
    pub(crate) shade: Shade,
    /// Marked, since late events have changed its reports.
    pub(crate) revised: bool,
    /// Another tariff begins with it.
    pub(crate) new_price: bool,
    /// What as many room-days of the period before wasted: a line.
    pub(crate) before: Option<i128>,
}

/// What is behind a bar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Shade {
    #[default]
    Nothing,
    Weekend,
    /// It is the one that a page is of, among others.
    Current,
}

impl Shade {
    fn class(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Weekend => Some("weekend"),
            Self::Current => Some("current"),
        }
    }
}

/// What a bar is stacked of, from the ground up: each goes up to here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts {
    /// Confirmed waste.
    pub(crate) wasted: i128,
    /// With the assumed waste.
    pub(crate) up_to: i128,
    /// All use.
    pub(crate) used: i128,
}

impl Parts {
    pub(crate) fn of(measure: Measure, totals: &Totals) -> Self {
        let wasted = measure.wasted(totals);
        let up_to = measure.up_to(totals).unwrap_or(wasted);
        Self { wasted, up_to, used: measure.used(totals) }
    }
}

/// A drawn chart: the axis keeps its width, the plot takes the rest.
#[derive(Debug, Clone)]
pub(crate) struct Chart {
    pub(crate) axis: String,
    pub(crate) plot: String,
}

const TOP: i128 = 14;
const HEIGHT: i128 = 200;
const BOTTOM: i128 = 26;
/// A digit is about so many pixels wide.
const DIGIT: usize = 8;
const MOST_TICKS: i128 = 5;
/// How many labels fit below a plot on a desk, and on a phone.
const LABELS: usize = 16;
const LABELS_NARROW: usize = 5;

/// A share of the plot's width.
pub(crate) fn share(part: i128, whole: i128) -> String {
    let (part, whole) = reduced(part, whole.max(1));
    format!("{}%", Rounded::<3>::of(part * 100, whole))
}

/// Draws the bars; `name` says what they show.
pub(crate) fn draw(name: &str, measure: Measure, bars: &[Bar]) -> Chart {
    let most = bars.iter().filter_map(|bar| bar.figures.map(|parts| parts.used).max(bar.before));
    let most = most.max().unwrap_or(0);
    let scale = Scale::of(most, measure.unit());
    let label = |tick| decimal(tick * scale.step, measure.unit(), scale.decimals);
    let width = label(scale.ticks).len().max(3) * DIGIT + 10;
    let mut axis = SVG::new()
        .set("class", "axis")
        .set("width", width.to_string())
        .set("height", (TOP + HEIGHT + BOTTOM).to_string())
        .set("aria-hidden", "true");
    let mut plot = SVG::new()
        .set("class", "plot")
        .set("width", "100%")
        .set("height", (TOP + HEIGHT + BOTTOM).to_string())
        .set("role", "group")
        .set("aria-label", name);
    for tick in 0..=scale.ticks {
        let y = pixel(scale.y(tick * scale.step));
        axis = axis.add(
            Text::new(label(tick))
                .set("class", "label")
                .set("x", (width - 8).to_string())
                .set("y", y.as_str())
                .set("dy", "0.32em")
                .set("text-anchor", "end"),
        );
        plot = plot.add(
            Line::new()
                .set("class", if tick == 0 { "base" } else { "grid" })
                .set("x1", "0")
                .set("x2", "100%")
                .set("y1", y.as_str())
                .set("y2", y.as_str()),
        );
    }
    // Behind the bars, or their own slots would cover it.
    for (at, bar) in bars.iter().enumerate() {
        if let Some(class) = bar.shade.class() {
            plot = plot.add(slot(class, number(at), number(bars.len())));
        }
    }
    let every = bars.len().div_ceil(LABELS).max(1);
    let every_narrow = bars.len().div_ceil(LABELS_NARROW).max(1).next_multiple_of(every);
    for (at, bar) in bars.iter().enumerate() {
        plot = plot.add(drawn(bar, at, bars.len(), &scale));
        if at % every == 0 {
            let wide = at % every_narrow != 0;
            plot = plot.add(
                Text::new(bar.label.as_str())
                    .set("class", if wide { "label wide" } else { "label" })
                    .set("x", share(2 * number(at) + 1, 2 * number(bars.len())))
                    .set("y", (TOP + HEIGHT + 17).to_string())
                    .set("text-anchor", "middle"),
            );
        }
    }
    Chart { axis: axis.to_string(), plot: plot.to_string() }
}

fn drawn(bar: &Bar, at: usize, bars: usize, scale: &Scale) -> Group {
    let (at, bars) = (number(at), number(bars));
    let rectangle = |class, from: i128, to: i128| {
        let (top, bottom) = (scale.y(to), scale.y(from));
        Rectangle::new()
            .set("class", class)
            .set("x", share(at * 100 + 14, bars * 100))
            .set("width", share(72, bars * 100))
            .set("y", pixel(top))
            .set("height", pixel(bottom - top))
    };
    let mut shapes = Group::new().add(Title::new(bar.title.as_str())).add(slot("slot", at, bars));
    match bar.figures {
        Some(Parts { wasted, up_to, used }) => {
            for (class, from, to) in
                [("wasted", 0, wasted), ("assumed", wasted, up_to), ("used", up_to, used)]
            {
                if to > from {
                    shapes = shapes.add(rectangle(class, from, to));
                }
            }
        }
        None => {
            shapes = shapes.add(
                Text::new("\u{2013}")
                    .set("class", "label none")
                    .set("x", share(2 * at + 1, 2 * bars))
                    .set("y", (TOP + HEIGHT - 5).to_string())
                    .set("text-anchor", "middle"),
            );
        }
    }
    if bar.new_price {
        let x = share(at, bars);
        shapes = shapes.add(
            Line::new()
                .set("class", "price")
                .set("x1", x.as_str())
                .set("x2", x)
                .set("y1", TOP.to_string())
                .set("y2", (TOP + HEIGHT).to_string()),
        );
    }
    if let Some(before) = bar.before {
        let y = pixel(scale.y(before));
        shapes = shapes.add(
            Line::new()
                .set("class", "before")
                .set("x1", share(at, bars))
                .set("x2", share(at + 1, bars))
                .set("y1", y.as_str())
                .set("y2", y),
        );
    }
    if bar.revised {
        let top = bar.figures.map_or(0, |parts| parts.used);
        shapes = shapes.add(
            Text::new("*")
                .set("class", "label")
                .set("x", share(2 * at + 1, 2 * bars))
                .set("y", pixel(scale.y(top) - 10))
                .set("text-anchor", "middle"),
        );
    }
    match &bar.href {
        Some(href) => Group::new().add(
            Anchor::new()
                .set("href", href.as_str())
                .set("aria-label", bar.title.as_str())
                .add(shapes),
        ),
        None => shapes,
    }
}

/// All of a column's height.
fn slot(class: &str, at: i128, bars: i128) -> Rectangle {
    Rectangle::new()
        .set("class", class)
        .set("x", share(at, bars))
        .set("width", share(1, bars))
        .set("y", TOP.to_string())
        .set("height", HEIGHT.to_string())
}

/// Where values stand on the axis: in tenths of a pixel, so that no float is needed.
struct Scale {
    step: i128,
    ticks: i128,
    decimals: u32,
}

impl Scale {
    /// The smallest of 1, 2, 5 × 10ⁿ thousandths of the unit that needs few steps.
    fn of(most: i128, unit: i128) -> Self {
        let thousandth = unit / 1000;
        let mut decade = 1_i128;
        loop {
            for factor in [1, 2, 5] {
                let step = thousandth * decade * factor;
                let ticks = (most + step - 1) / step;
                if ticks <= MOST_TICKS {
                    let decimals = match decade {
                        1 => 3,
                        10 => 2,
                        100 => 1,
                        _ => 0,
                    };
                    return Self { step, ticks: ticks.max(1), decimals };
                }
            }
            decade *= 10;
        }
    }

    fn y(&self, value: i128) -> i128 {
        let span = self.step * self.ticks;
        let (value, whole) = reduced(value, span);
        10 * (TOP + HEIGHT) - Rounded::<0>::of(value * HEIGHT * 10, whole).units()
    }
}

fn pixel(tenths: i128) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn number(at: usize) -> i128 {
    i128::try_from(at).unwrap_or(i128::MAX)
}

/// What a bar's title says.
pub(crate) fn bar_title(
    notation: &Notation<'_>,
    when: &str,
    measure: Measure,
    totals: Option<&Totals>,
) -> String {
    use crate::language::Language::{English, Korean};
    let Some(totals) = totals else {
        return format!("{when}: {}", notation.language.say("no report", "데이터 없음"));
    };
    let (wasted, used) = (measure.wasted(totals), measure.used(totals));
    let text = |exact| -> String {
        let Datum { text, .. } = Notation::measured(measure, exact);
        text
    };
    let share = crate::notation::percent(wasted, used).unwrap_or_else(|| "0%".to_owned());
    let title = match notation.language {
        English => format!("{when}: {} used, {} wasted ({share})", text(used), text(wasted)),
        Korean => format!("{when}: 사용 {}, 그중 낭비 {} ({share})", text(used), text(wasted)),
    };
    match measure.up_to(totals).map(text).filter(|all| *all != text(wasted)) {
        Some(all) => format!("{title}, {}", notation.up_to(&all)),
        None => title,
    }
}
