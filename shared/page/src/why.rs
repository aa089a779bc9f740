//! Why energy was wasted: by what was known of the room's stay.

use roomwatt_domain::ReportSums;

use crate::chart;
use crate::notation::Notation;
use crate::parts::{Cell, Column, Link, Row, Table};
use crate::tally::Measure;

/// The confirmed waste of some reports by stay: in money where all of it has a price. `None` where
/// there is none, or only time.
pub(crate) fn table(notation: &Notation<'_>, sum: &ReportSums, decimals: u32) -> Option<Table> {
    let language = notation.language;
    let all = sum.totals.confirmed_waste_energy();
    if Measure::of(&sum.totals) == Measure::Time || all.exact() <= 0 {
        return None;
    }
    let money = sum.unpriced == 0 && sum.confirmed_waste.iter().all(|it| it.cost.is_some());
    let causes = [
        language.say("Checked in, nobody there", "투숙 중 부재"),
        language.say("Room not sold", "미판매 객실"),
        language.say("Stay unknown", "투숙 여부 미확인"),
    ];
    let mut columns = vec![Column::text(language.say("When", "상황"))];
    if money {
        columns.push(Column::figure(match notation.currency() {
            "" => language.say("Wasted cost", "낭비 비용").to_owned(),
            currency => format!("{}, {currency}", language.say("Wasted", "낭비")),
        }));
    }
    columns.push(Column::figure(format!("{}, kWh", language.say("Wasted", "낭비"))));
    columns.push(Column::figure(language.say("of all waste", "낭비 중 비율")));
    columns.push(Column::text(""));
    let rows = causes.into_iter().zip(sum.confirmed_waste).map(|(cause, waste)| {
        let cost = waste.cost.filter(|_| money).map(|cost| Cell::Datum(notation.amount(cost)));
        let mut cells: Vec<_> = cost.into_iter().collect();
        cells.push(Cell::Datum(Notation::kwh(waste.energy, decimals)));
        cells.push(Cell::share(waste.energy.exact(), all.exact()));
        cells.push(Cell::Bar(chart::share(waste.energy.exact(), all.exact())));
        Row { head: Link::plain(cause), cells }
    });
    let caption = language.say("Confirmed waste by the room’s state", "객실 상태별 확인된 낭비");
    Some(Table { caption: caption.to_owned(), columns, rows: rows.collect(), sum: None })
}
