//! The page's own figures, which no report has: what is usual, which room comes first, how good the
//! data are, and whether a target is met.

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{Energy, Millis, Percent, Presence, ReportSums, Rounded, Totals};

/// How many days of a weekday make what is usual on it.
const USUAL_DAYS: usize = 8;
const FEWEST_USUAL_DAYS: usize = 3;
/// How long a room must have been empty to be ranked.
const RANKED_FROM: Millis = 24 * HOUR;

/// What is usual: the median of the latest days of the same weekday, latest first.
pub(crate) fn usual(latest: impl IntoIterator<Item = i128>) -> Option<i128> {
    let mut days: Vec<_> = latest.into_iter().take(USUAL_DAYS).collect();
    days.sort_unstable();
    let (middle, count) = (days.len() / 2, days.len());
    match count {
        ..FEWEST_USUAL_DAYS => None,
        _ if count % 2 == 1 => days.get(middle).copied(),
        // Of an even number the mean of the two in the middle.
        _ => Some(Rounded::<0>::of(days[middle - 1] + days[middle], 2).units()),
    }
}

/// What a room wasted while it was empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Exposure {
    /// Confirmed waste.
    pub(crate) wasted: Energy,
    /// How long nobody was there.
    pub(crate) empty: Millis,
}

impl Exposure {
    /// Of the reports of a tally.
    pub(crate) fn of(tally: &ReportSums) -> Self {
        let wasted = tally.totals.confirmed_waste_energy();
        Self { wasted, empty: tally.occupancy.of_presence(Presence::Vacant) }
    }

    /// Whether the room was empty for long enough to be ranked.
    pub(crate) fn is_ranked(self) -> bool {
        self.empty >= RANKED_FROM
    }

    /// Waste per empty hour; 0 where there was none.
    pub(crate) fn rate(self) -> i128 {
        match self.empty {
            0 => 0,
            empty => self.wasted.exact() * i128::from(HOUR) / i128::from(empty),
        }
    }

    /// The room's rank: waste per empty hour, with a day of the hotel's mean added, so that one bad
    /// night does not lead. `all` is the hotel's.
    pub(crate) fn rank(self, all: Self) -> i128 {
        let day = i128::from(RANKED_FROM);
        let mean = match all.empty {
            0 => 0,
            empty => all.wasted.exact() * day / i128::from(empty),
        };
        // Per hour, of what may be no whole hours.
        (self.wasted.exact() + mean) * i128::from(HOUR) / (i128::from(self.empty) + day)
    }
}

/// How good the data are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grade {
    Good,
    Fair,
    Poor,
}

/// What a grade comes of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Data {
    /// Rooms that were heard.
    pub(crate) heard: u64,
    /// Rooms that are known, or that the hotel has.
    pub(crate) rooms: u64,
    /// Parts and wholes: use that was assumed, use without a rating, time with an unknown stay.
    pub(crate) shares: [(i128, i128); 3],
}

impl Data {
    /// Of the reports of a tally.
    pub(crate) fn of(tally: &ReportSums, heard: u64, rooms: u64) -> Self {
        let totals = &tally.totals;
        let usage = i128::from(totals.usage);
        let time = i128::from(tally.occupancy.total());
        Self {
            heard,
            rooms,
            shares: [
                (totals.assumed.into(), usage),
                (totals.unrated.into(), usage),
                (tally.stay_unknown().into(), time),
            ],
        }
    }

    /// Whether so few rooms were heard that little waste is no news.
    pub(crate) fn is_hardly_heard(&self) -> bool {
        u128::from(self.heard) * 100 < u128::from(self.rooms) * 75
    }

    pub(crate) fn grade(&self) -> Grade {
        let (heard, rooms) = (u128::from(self.heard), u128::from(self.rooms));
        let above =
            |percent: i128| self.shares.iter().any(|(part, whole)| part * 100 > whole * percent);
        if self.is_hardly_heard() || above(25) {
            Grade::Poor
        } else if heard * 100 >= rooms * 95 && !above(5) {
            Grade::Good
        } else {
            Grade::Fair
        }
    }
}

/// Whether the confirmed waste is within the target; `None` where nothing was drawn.
pub(crate) fn meets(totals: &Totals, target: Percent) -> Option<bool> {
    let (wasted, energy) = (totals.confirmed_waste_energy().exact(), totals.energy.exact());
    (energy > 0).then(|| wasted * 100_000 <= energy * i128::from(target.thousandths()))
}

#[cfg(test)]
mod tests {
    use roomwatt_domain::Energy;
    use roomwatt_domain::instant::HOUR;

    use super::{Data, Exposure, Grade, usual};
    use crate::notation::decimal;

    #[test]
    fn what_is_usual_is_the_median_of_three_to_eight_days() {
        assert_eq!(usual([5, 1]), None);
        assert_eq!(usual([5, 1, 100]), Some(5));
        assert_eq!(usual([4, 1, 100, 6]), Some(5));
        assert_eq!(usual([1, 2, 3, 4, 5, 6, 7, 8, 1000, 1000]), Some(5));
    }

    #[test]
    fn one_bad_night_does_not_lead() {
        let of = |wh: i128, hours| Exposure {
            wasted: Energy::from_exact(wh * 3_600_000_000),
            empty: hours * HOUR,
        };
        // 200 Wh an hour once, and 120 Wh an hour for three weeks.
        let (bad_night, always) = (of(4800, 24), of(60_480, 504));
        let all = of(115_280, 5528);
        assert!(always.rank(all) > bad_night.rank(all));
        // (4800 + 24 · 115280/5528) ÷ 48
        let rank = bad_night.rank(all);
        assert_eq!(rank / 3_600_000, 110_426);
        // The example of docs/figures.md, where the hotel wastes 20 Wh an hour.
        let shown = |room: Exposure| decimal(room.rank(of(20, 1)), 3_600_000_000, 1);
        assert_eq!((shown(bad_night), shown(always)), ("110.0".to_owned(), "115.5".to_owned()));
        assert!(bad_night.is_ranked() && !of(1, 23).is_ranked());
        assert_eq!(of(0, 0).rank(of(0, 0)), 0);
    }

    #[test]
    fn a_grade_is_as_good_as_its_worst_part() {
        let data = |heard, shares| Data { heard, rooms: 100, shares }.grade();
        let fine = [(5, 100), (0, 0), (5, 100)];
        assert_eq!(data(95, fine), Grade::Good);
        assert_eq!(data(94, fine), Grade::Fair);
        assert_eq!(data(75, fine), Grade::Fair);
        assert_eq!(data(74, fine), Grade::Poor);
        assert_eq!(data(100, [(6, 100), (0, 0), (0, 1)]), Grade::Fair);
        assert_eq!(data(100, [(0, 1), (25, 100), (0, 1)]), Grade::Fair);
        assert_eq!(data(100, [(0, 1), (0, 1), (26, 100)]), Grade::Poor);
    }
}
