//! What a page was asked to show, and what else it can show: other periods, baselines and dates.

use roomwatt_domain::BusinessDate;
use roomwatt_presentation::{Baseline, Period, Range};

use crate::links::{Asked, Dates, Links};
use crate::notation::Notation;
use crate::parts::{Frame, Link, in_languages};
use crate::sort::Sort;

/// What a page was asked to show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chosen {
    pub(crate) range: Range,
    /// What it is compared with.
    pub(crate) baseline: Baseline,
    /// By which period the range was asked for, so that links go on to mean it.
    pub(crate) period: Option<Period>,
    pub(crate) sort: Sort,
}

/// What else a page can show. A link without an address is what it shows.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) periods: Vec<Link>,
    pub(crate) baselines: Vec<Link>,
    pub(crate) range: Range,
    pub(crate) csv: String,
    /// What the form keeps of what was chosen beside the dates.
    pub(crate) kept: Vec<(&'static str, &'static str)>,
}

impl Chosen {
    pub(crate) fn asked(self) -> Asked {
        let dates = self.period.map_or(Dates::Range(self.range), Dates::Period);
        Asked { dates, baseline: self.baseline, sort: self.sort }
    }

    /// Puts the ways to other languages, periods, baselines and dates on a page. `csv` leads to its
    /// figures as a file.
    pub(crate) fn lead_on(
        self,
        frame: &mut Frame,
        notation: &Notation<'_>,
        links: Links,
        closed_through: Option<BusinessDate>,
        csv: String,
    ) {
        let asked = self.asked();
        frame.languages = in_languages(|language| Links { language, ..links }.asked(asked));
        let sibling = |times| {
            let range = self.range.shifted(times)?;
            let href = links.asked(Asked { dates: Dates::Range(range), ..asked });
            Some(Link::to(notation.range(range), Some(href)))
        };
        frame.previous = sibling(-1);
        frame.next =
            sibling(1).filter(|_| closed_through.is_some_and(|closed| closed > self.range.to));
        let periods = Period::NAMED.into_iter().map(|period| {
            let current = closed_through.and_then(|closed| period.range(closed));
            let there = Asked { dates: Dates::Period(period), ..asked };
            let href = (current != Some(self.range)).then(|| links.asked(there));
            Link::to(notation.period(period), href)
        });
        let baselines = Baseline::ALL.into_iter().map(|baseline| {
            let there = Asked { baseline, ..asked };
            let href = (baseline != self.baseline).then(|| links.asked(there));
            Link::to(notation.baseline(baseline), href)
        });
        frame.choice = Some(Choice {
            periods: periods.collect(),
            baselines: baselines.collect(),
            range: self.range,
            csv,
            kept: asked.chosen().collect(),
        });
    }

    /// Links to the orders that a page offers, but for the one in effect.
    pub(crate) fn orders(self, links: Links, current: Sort, offered: &[Sort]) -> Vec<Link> {
        let link = |sort: &Sort| {
            let text = match sort {
                Sort::Rank => links.language.say("waste per empty hour", "빈 시간당 낭비"),
                Sort::Cost => links.language.say("wasted money", "낭비 비용"),
                Sort::Energy => links.language.say("wasted energy", "낭비 에너지"),
                Sort::Name => links.language.say("name", "이름"),
            };
            let asked = Asked { sort: *sort, ..self.asked() };
            Link::to(text, (*sort != current).then(|| format!("{}#where", links.asked(asked))))
        };
        offered.iter().map(link).collect()
    }
}
