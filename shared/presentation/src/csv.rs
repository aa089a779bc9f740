//! Reports and groups as rows for spreadsheets.
//!
//! RFC 4180: commas, CRLF, quotes where needed, one header row, UTF-8, columns in a fixed order.
//! Milliseconds and counts are whole, watt-hours have 3 decimals, money and kilograms of CO₂e 4;
//! an empty cell is a figure that does not exist there.
//!
//! A text that a spreadsheet would run as a formula gets an apostrophe in front: ids and states
//! come from outside, and may begin with `-`. Numbers are written as they are, since a sign and
//! digits are a value to a spreadsheet and no formula.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};

use ::csv::{Terminator, Writer, WriterBuilder};
use roomwatt_domain::{
    BusinessCalendar, ClosedReport, Device, DeviceReport, HotelId, Occupancy, Quality, RoomReport,
    State, Totals,
};

use crate::compare::ComparedGroup;
use crate::figure::{Figure, of_occupancy, of_totals, presence_name, stay_name};
use crate::group::Group;

/// Whether the text begins with U+FEFF. Excel takes UTF-8 for UTF-8 only with it; programs mostly
/// stumble over it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ByteOrderMark {
    /// Begin with the header row.
    #[default]
    Omitted,
    /// Begin with the mark.
    Written,
}

/// Reports, one row per report and device state.
///
/// | columns | what |
/// | --- | --- |
/// | `hotelId` `roomId` `date` `timeZone` `dayLengthMs` `revision` `closedAt` | the report, on each of its rows |
/// | `deviceId` `deviceKind` `state` | whose use it is, and in which state |
/// | `activations` | of the device |
/// | `usageMs` … `unconfirmedMs` | the row's share of the report's totals, named and ordered as [`of_totals`] has them |
/// | `duringCheckedInOccupiedMs` … `duringUnknownUnknownMs` | the row's use by stay and presence, row by row |
///
/// The rows of a report add up to it, column by column (rounded figures up to their rounding):
/// - What belongs to a device and not to one of its states (`activations`, `missingStarts`,
///   `missingEnds`, `unconfirmedMs`) stands on the device's first row and is empty on its others.
/// - A device that was not used has no row, unless it missed a start: then it has one without a
///   state, since in which state it may have been on is not known.
/// - A report without any such row has one without a device, all its figures 0, so that every
///   report of a room on a day is there.
///
/// Energy, money and CO₂e of a use without a rating are empty, as are money and CO₂e without a
/// price or factor.
#[derive(Debug)]
pub struct ReportCsv<W: Write> {
    rows: Rows<W>,
}

const REPORT_COLUMNS: [&str; 11] = [
    "hotelId",
    "roomId",
    "date",
    "timeZone",
    "dayLengthMs",
    "revision",
    "closedAt",
    "deviceId",
    "deviceKind",
    "state",
    "activations",
];

impl<W: Write> ReportCsv<W> {
    /// Writes the header row.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(writer: W, mark: ByteOrderMark) -> io::Result<Self> {
        Ok(Self { rows: Rows::new(writer, mark, &REPORT_COLUMNS, "during")? })
    }

    /// Writes the rows of one report.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(
        &mut self,
        hotel: &HotelId,
        calendar: &BusinessCalendar,
        closed: &ClosedReport,
    ) -> io::Result<()> {
        let date = closed.date.to_string();
        let length = Figure::Millis(closed.report.occupancy.total());
        let closed_at = calendar.show(closed.closed_at);
        for share in shares(&closed.report) {
            self.rows.text(hotel.as_str())?;
            self.rows.text(closed.room.as_str())?;
            self.rows.text(&date)?;
            self.rows.text(calendar.time_zone())?;
            self.rows.figure(Some(length))?;
            self.rows.figure(Some(Figure::Count(closed.revision.into())))?;
            self.rows.text(&closed_at)?;
            self.rows.text(share.device.map_or("", |device| device.id.as_str()))?;
            self.rows.text(share.device.map_or("", |device| device.kind.as_str()))?;
            self.rows.text(share.state.map_or("", State::as_str))?;
            self.rows.figure(share.activations.map(Figure::Count))?;
            for (name, figure) in of_totals(&share.totals) {
                self.rows.figure(figure.filter(|figure| share.tells(name, *figure)))?;
            }
            self.rows.occupancy(Some(&share.during))?;
            self.rows.end()?;
        }
        Ok(())
    }

    /// Hands everything on to the writer.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn flush(&mut self) -> io::Result<()> {
        self.rows.writer.flush()
    }

    /// Flushes, and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(self) -> io::Result<W> {
        self.rows.finish()
    }
}

/// What one row states of a report.
struct Share<'a> {
    device: Option<&'a Device>,
    state: Option<&'a State>,
    /// Of the device, on its first row; quality stands there too.
    activations: Option<u64>,
    totals: Totals,
    during: Occupancy,
    rated: bool,
}

impl Share<'_> {
    /// No device, and 0 throughout.
    fn nothing(report: &RoomReport) -> Self {
        Self {
            device: None,
            state: None,
            activations: Some(0),
            totals: Totals::over([], report.tariff),
            during: Occupancy::default(),
            rated: true,
        }
    }

    /// Whether a figure of the totals exists on this row.
    fn tells(&self, name: &str, figure: Figure) -> bool {
        match figure {
            Figure::WattHours(_) | Figure::Amount(_) => self.rated,
            Figure::Millis(_) | Figure::Count(_) => {
                self.activations.is_some() || !QUALITY.contains(&name)
            }
        }
    }
}

/// The totals that belong to a device and not to one of its states.
const QUALITY: [&str; 3] = ["missingStarts", "missingEnds", "unconfirmedMs"];

/// A report taken apart into rows that add up to it.
fn shares(report: &RoomReport) -> Vec<Share<'_>> {
    let tariff = report.tariff;
    let mut shares = Vec::new();
    for device in &report.devices {
        let of_device = |usage, quality| {
            let part = DeviceReport {
                device: device.device.clone(),
                activations: device.activations,
                usage,
                quality,
                closing: device.closing.clone(),
            };
            Totals::over([&part], tariff)
        };
        for (at, usage) in device.usage.iter().enumerate() {
            let first = at == 0;
            let quality = if first { device.quality } else { Quality::default() };
            shares.push(Share {
                device: Some(&device.device),
                state: Some(&usage.state),
                activations: first.then_some(device.activations),
                totals: of_device(vec![usage.clone()], quality),
                during: usage.during,
                rated: usage.rating.is_some(),
            });
        }
        if device.usage.is_empty() && device.quality != Quality::default() {
            shares.push(Share {
                device: Some(&device.device),
                totals: of_device(Vec::new(), device.quality),
                ..Share::nothing(report)
            });
        }
    }
    if shares.is_empty() {
        shares.push(Share::nothing(report));
    }
    shares
}

/// Groups, one row per group.
///
/// | columns | what |
/// | --- | --- |
/// | `key` `reports` | the group, and how many reports it sums |
/// | `usageMs` … `unconfirmedMs` | its totals, likewise |
/// | `occupancyCheckedInOccupiedMs` … `occupancyUnknownUnknownMs` | its occupancy, row by row; empty for a device kind |
#[derive(Debug)]
pub struct GroupCsv<W: Write> {
    rows: Rows<W>,
}

impl<W: Write> GroupCsv<W> {
    /// Writes the header row.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(writer: W, mark: ByteOrderMark) -> io::Result<Self> {
        Ok(Self { rows: Rows::new(writer, mark, &["key", "reports"], "occupancy")? })
    }

    /// Writes the row of one group.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, group: &Group) -> io::Result<()> {
        self.rows.text(&group.key.to_string())?;
        self.rows.figure(Some(Figure::Count(group.reports)))?;
        for (_, figure) in of_totals(&group.totals) {
            self.rows.figure(figure)?;
        }
        self.rows.occupancy(group.occupancy.as_ref())?;
        self.rows.end()
    }

    /// Hands everything on to the writer.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn flush(&mut self) -> io::Result<()> {
        self.rows.writer.flush()
    }

    /// Flushes, and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(self) -> io::Result<W> {
        self.rows.finish()
    }
}

/// Groups in two periods, one row per group.
///
/// | columns | what |
/// | --- | --- |
/// | `key` | the group |
/// | `currentReports` `currentDays` `baselineReports` `baselineDays` | how many reports and days either period has |
/// | for each figure of totals, in their order: `currentUsageMsPerDay` `baselineUsageMsPerDay` `changeUsageMsPerDay` `changeUsageMsPercent` … | both averages per day, and how they changed |
///
/// A cell is empty where a period has no days, and a percent where the baseline is nothing.
#[derive(Debug)]
pub struct ComparisonCsv<W: Write> {
    rows: Rows<W>,
}

impl<W: Write> ComparisonCsv<W> {
    /// Writes the header row.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(writer: W, mark: ByteOrderMark) -> io::Result<Self> {
        let mut rows = Rows::without_header(writer, mark)?;
        for name in ["key", "currentReports", "currentDays", "baselineReports", "baselineDays"] {
            rows.text(name)?;
        }
        for (name, _) in of_totals(&Totals::default()) {
            let name = capitalised(name);
            rows.text(&format!("current{name}PerDay"))?;
            rows.text(&format!("baseline{name}PerDay"))?;
            rows.text(&format!("change{name}PerDay"))?;
            rows.text(&format!("change{name}Percent"))?;
        }
        rows.end()?;
        Ok(Self { rows })
    }

    /// Writes the row of one group.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, group: &ComparedGroup) -> io::Result<()> {
        let rows = &mut self.rows;
        rows.text(&group.key.to_string())?;
        for count in [&group.current, &group.baseline].map(|sums| [sums.reports, sums.days]) {
            count.into_iter().try_for_each(|count| rows.figure(Some(Figure::Count(count))))?;
        }
        let current: BTreeMap<_, _> = group.current.per_day().collect();
        let baseline: BTreeMap<_, _> = group.baseline.per_day().collect();
        let changes: BTreeMap<_, _> = group.changes().collect();
        for (name, _) in of_totals(&Totals::default()) {
            let change = changes.get(name);
            rows.number(current.get(name))?;
            rows.number(baseline.get(name))?;
            rows.number(change.map(|change| &change.absolute))?;
            rows.number(change.and_then(|change| change.percent.as_ref()))?;
        }
        rows.end()
    }

    /// Flushes, and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(self) -> io::Result<W> {
        self.rows.finish()
    }
}

/// Writes cells row by row; refuses a row that has not as many cells as the header.
#[derive(Debug)]
struct Rows<W: Write> {
    writer: Writer<W>,
}

impl<W: Write> Rows<W> {
    /// Writes the header: the leading columns, the totals, the nine cells.
    fn new(writer: W, mark: ByteOrderMark, leading: &[&str], occupancy: &str) -> io::Result<Self> {
        let mut rows = Self::without_header(writer, mark)?;
        for name in leading {
            rows.text(name)?;
        }
        for (name, _) in of_totals(&Totals::default()) {
            rows.text(name)?;
        }
        for (stay, presence, _) in of_occupancy(&Occupancy::default()) {
            let (stay, presence) =
                (capitalised(stay_name(stay)), capitalised(presence_name(presence)));
            rows.text(&format!("{occupancy}{stay}{presence}Ms"))?;
        }
        rows.end()?;
        Ok(rows)
    }

    fn without_header(mut writer: W, mark: ByteOrderMark) -> io::Result<Self> {
        if mark == ByteOrderMark::Written {
            writer.write_all("\u{feff}".as_bytes())?;
        }
        Ok(Self { writer: WriterBuilder::new().terminator(Terminator::CRLF).from_writer(writer) })
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        Ok(self.writer.write_field(harmless(text).as_ref())?)
    }

    fn figure(&mut self, figure: Option<Figure>) -> io::Result<()> {
        self.number(figure.as_ref())
    }

    /// A number as it is written; empty where there is none.
    fn number(&mut self, number: Option<&impl Display>) -> io::Result<()> {
        Ok(self.writer.write_field(number.map_or_else(String::new, ToString::to_string))?)
    }

    fn occupancy(&mut self, occupancy: Option<&Occupancy>) -> io::Result<()> {
        let cells = occupancy.copied().unwrap_or_default();
        of_occupancy(&cells).try_for_each(|(_, _, cell)| self.figure(occupancy.map(|_| cell)))
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(::csv::IntoInnerError::into_error)
    }
}

fn capitalised(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!("{}{rest}", first.to_ascii_uppercase())
}

/// The text such that no spreadsheet takes it for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Rows, harmless};
    use crate::csv::ByteOrderMark;
    use crate::figure::Figure;
    use roomwatt_domain::Rounded;

    #[test]
    fn a_text_that_begins_like_a_formula_gets_an_apostrophe() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        for text in ["", "lamp-1", "1203", "a=b", "'-1", "ON"] {
            assert_eq!(harmless(text), text);
        }
    }

    #[test]
    fn a_negative_number_stays_a_number() {
        let mut rows = Rows::new(Vec::new(), ByteOrderMark::Omitted, &[], "").unwrap();
        rows.figure(Some(Figure::WattHours(Rounded::of(-3, 2)))).unwrap();
        rows.text("-3").unwrap();
        for _ in 2..26 {
            rows.figure(None).unwrap();
        }
        rows.end().unwrap();
        let csv = String::from_utf8(rows.finish().unwrap()).unwrap();
        assert!(csv.contains("\r\n-1.500,'-3,,"), "{csv}");
    }

    #[test]
    fn a_row_of_another_length_than_the_header_is_refused() {
        let mut rows = Rows::new(Vec::new(), ByteOrderMark::Omitted, &["one"], "").unwrap();
        rows.text("alone").unwrap();
        assert!(rows.end().is_err());
    }
}
