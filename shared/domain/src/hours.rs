//! A day hour by hour: the figures of its report, as they came about.
//!
//! Every device is laid out over the day piece by piece, and each piece lies within one hour, so the
//! hours add up to the report exactly. What is `unplaced` (rule 20) is in the report's energy and in
//! no hour: nobody knows in which one it was used.

use std::cell::OnceCell;

use crate::booking::Grid;
use crate::calendar::Window;
use crate::carry_over::RoomStates;
use crate::profile::RoomTerms;
use crate::report::{Room, RoomReport, devices};
use crate::timeline::History;
use crate::totals::Totals;

impl RoomReport {
    /// The totals of each hour of a window, of which the last one may be shorter. `opening`,
    /// `history` and `terms` are what the window's report was folded from.
    ///
    /// An hour knows nothing of quality, and not how much was measured.
    pub fn by_hour(
        window: Window,
        opening: &RoomStates,
        history: &History,
        terms: &RoomTerms<'_>,
    ) -> Vec<Totals> {
        let opening = &*opening.opening(window.start, terms);
        let Room { mut day, .. } = Room::of(window, opening, history, terms);
        let grid = Grid::by_hour(window, &day.clock, &day.rates);
        let mut hours = vec![Totals::default(); grid.hours()];
        day.grid = OnceCell::from(grid);
        // A meter measures what the devices behind it draw.
        for followed in devices(opening, history).filter(|followed| !followed.device.is_meter()) {
            for (hour, more) in hours.iter_mut().zip(followed.by_hour(&day)) {
                *hour += more;
            }
        }
        hours
    }
}
