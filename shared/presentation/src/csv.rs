//! Reports and groups as rows for spreadsheets.
//!
//! RFC 4180: commas, CRLF, quotes where needed, one header row, ASCII, columns in a fixed order. For
//! a spreadsheet as a [`Dialect`] says.
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
use roomwatt_domain::totals::MeasuredTotals;
use roomwatt_domain::{
    BusinessCalendar, ClosedReport, DeviceKind, DeviceReport, Energy, HotelId, MeterReport,
    NightSums, Nights, Occupancy, PerSoldNight, Pricing, Quality, RoomReport, Totals,
};

use crate::compare::ComparedGroup;
use crate::figure::{Figure, of_occupancy, of_totals, presence_name, stay_name};
use crate::group::Group;

/// What the rows are to be read by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Programs: commas, decimal points, every cell as it is.
    #[default]
    Programs,
    /// A spreadsheet that opens the file as its language has numbers. Ids and keys are formulas of a
    /// text, `="0101"`: or room 0101 would become 101, and a month a date.
    Spreadsheet(DecimalMark),
}

/// What stands before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    /// A point; cells are separated by commas.
    Point,
    /// A comma; cells are separated by semicolons.
    Comma,
}

/// Languages that write a decimal comma.
const COMMA: [&str; 29] = [
    "bg", "ca", "cs", "da", "de", "el", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv",
    "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "tr", "uk",
];
/// Where some of them are written with a point all the same.
const POINT: [&str; 5] = ["de-ch", "de-li", "es-mx", "es-us", "it-ch"];

impl DecimalMark {
    /// Of a language such as `de` or `de-CH`; a point where it is not known.
    ///
    /// ```
    /// use roomwatt_presentation::DecimalMark;
    ///
    /// assert_eq!(DecimalMark::of("de-AT"), DecimalMark::Comma);
    /// assert_eq!(DecimalMark::of("de-CH"), DecimalMark::Point);
    /// assert_eq!(DecimalMark::of("ko"), DecimalMark::Point);
    /// ```
    pub fn of(language: &str) -> Self {
        let language = language.trim().to_ascii_lowercase().replace('_', "-");
        let primary = language.split('-').next().unwrap_or_default();
        if COMMA.contains(&primary) && !POINT.contains(&language.as_str()) {
            Self::Comma
        } else {
            Self::Point
        }
    }
}

/// Reports, one row per report and device state.
///
/// | columns | what |
/// | --- | --- |
/// | `hotelId` `roomId` `date` `timeZone` `dayLengthMs` `revision` `closedAt` | the report, on each of its rows |
/// | `deviceId` `deviceKind` `state` | whose use it is, and in which state |
/// | `activations` | of the device |
/// | `resets` `rollBacks` `jumps` | of the device's counter |
/// | `usageMs` … `unconfirmedMs` | the row's share of the report's totals, named and ordered as [`of_totals`] has them |
/// | `duringCheckedInOccupiedMs` … `duringUnknownUnknownMs` | the row's use by stay and presence, row by row |
///
/// Energy that is no use has rows of its own, where there is any: with the state `STANDBY` what was
/// measured of a device while it was idle or unknown, and with `UNPLACED` what its counter went on by
/// over a gap. Their `usageMs` is 0, which tells the first from the use of a device that has a state
/// called `STANDBY`. A meter has a row with the state `METERED` (`deviceKind` is `meter`): its energy
/// and what of it is unplaced, and no other figure. It is in no total, since what it measures are the
/// devices.
///
/// The rows of a report, meters apart, add up to it, column by column (rounded figures up to their
/// rounding):
/// - What belongs to a device and not to one of its states (`activations`, `resets`, `rollBacks`,
///   `jumps`, `missingStarts`, `missingEnds`, `unconfirmedMs`) stands on the device's first row and
///   is empty on its others.
/// - A device that drew nothing and was not used has no row, unless one of these counts is not 0:
///   then it has one without a state.
/// - A report without any such row has one without a device, all its figures 0, so that every
///   report of a room on a day is there.
///
/// Empty are: energy, money and CO₂e of a use that has neither a rating nor a reading, money and
/// CO₂e without a price or factor, `unpricedWh` where all is priced, and `measuredMs`, `measuredWh`,
/// `standbyWh`, `unplacedWh`, `resets`, `rollBacks` and `jumps` of a device without readings.
#[derive(Debug)]
pub struct ReportCsv<W: Write> {
    rows: Rows<W>,
}

const REPORT_COLUMNS: [&str; 14] = [
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
    "resets",
    "rollBacks",
    "jumps",
];

impl<W: Write> ReportCsv<W> {
    /// Writes the header row.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(writer: W, dialect: Dialect) -> io::Result<Self> {
        Ok(Self { rows: Rows::new(writer, dialect, &REPORT_COLUMNS, "during")? })
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
            self.rows.id(hotel.as_str())?;
            self.rows.id(closed.room.as_str())?;
            self.rows.text(&date)?;
            self.rows.text(calendar.time_zone())?;
            self.rows.figure(Some(length))?;
            self.rows.figure(Some(Figure::Count(closed.revision.into())))?;
            self.rows.text(&closed_at)?;
            self.rows.id(share.device_id)?;
            self.rows.text(share.device_kind)?;
            self.rows.text(share.state)?;
            for count in share.counts {
                self.rows.figure(count.map(Figure::Count))?;
            }
            for (name, figure) in of_totals(&share.totals) {
                self.rows.figure(figure.filter(|figure| share.tells(name, *figure)))?;
            }
            self.rows.occupancy(share.during.as_ref())?;
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
    device_id: &'a str,
    device_kind: &'a str,
    state: &'a str,
    what: What,
    /// Activations, resets, roll-backs and jumps, on the device's first row; quality stands there
    /// too.
    counts: [Option<u64>; 4],
    totals: Totals,
    during: Option<Occupancy>,
}

/// What a row is a share of, by which some of its figures exist and others do not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// Use by rating or reading, standby, what is unplaced, or nothing at all.
    Energy,
    /// Use that has neither a rating nor a reading.
    Unrated,
    /// A meter's energy.
    Metered,
}

const STANDBY: &str = "STANDBY";
const UNPLACED: &str = "UNPLACED";
const METERED: &str = "METERED";

impl<'a> Share<'a> {
    /// No device, and 0 throughout.
    fn nothing(report: &RoomReport) -> Self {
        Self {
            device_id: "",
            device_kind: "",
            state: "",
            what: What::Energy,
            counts: [Some(0), None, None, None],
            totals: report.totals(),
            during: Some(Occupancy::default()),
        }
    }

    fn of_meter(meter: &'a MeterReport) -> Self {
        let measured = MeasuredTotals { unplaced: meter.unplaced, ..MeasuredTotals::default() };
        Self {
            device_id: meter.id.as_str(),
            device_kind: DeviceKind::METER,
            state: METERED,
            what: What::Metered,
            counts: [None; 4],
            totals: Totals {
                energy: meter.energy(),
                measured: Some(measured),
                ..Totals::default()
            },
            during: None,
        }
    }

    /// Whether a figure of the totals exists on this row.
    fn tells(&self, name: &str, figure: Figure) -> bool {
        let of_device = self.counts[0].is_some() || !QUALITY.contains(&name);
        let in_energy = matches!(figure, Figure::WattHours(_) | Figure::Amount(_));
        match self.what {
            What::Energy => of_device,
            What::Unrated => of_device && (!in_energy || MEASURED.contains(&name)),
            What::Metered => METERS.contains(&name),
        }
    }
}

/// The totals that belong to a device and not to one of its states.
const QUALITY: [&str; 3] = ["missingStarts", "missingEnds", "unconfirmedMs"];
/// The totals that every row of a device with readings has.
const MEASURED: [&str; 3] = ["measuredWh", "standbyWh", "unplacedWh"];
/// The totals that a meter has.
const METERS: [&str; 2] = ["energyWh", "unplacedWh"];

/// A report taken apart into rows that add up to it, and a row for each of its meters.
fn shares(report: &RoomReport) -> Vec<Share<'_>> {
    let mut shares: Vec<_> =
        report.devices.iter().flat_map(|device| device_shares(device, report.pricing)).collect();
    if shares.is_empty() {
        shares.push(Share::nothing(report));
    }
    shares.extend(report.meters.iter().map(Share::of_meter));
    shares
}

/// A device's uses, what is standby and what is unplaced; what belongs to no state is on the first.
fn device_shares(device: &DeviceReport, pricing: Pricing) -> Vec<Share<'_>> {
    let share = |state, what, totals, during| Share {
        device_id: device.device.id.as_str(),
        device_kind: device.device.kind.as_str(),
        state,
        what,
        counts: [None; 4],
        totals,
        during: Some(during),
    };
    let mut shares: Vec<_> = Vec::new();
    for usage in &device.usage {
        let what = if usage.energy().is_some() { What::Energy } else { What::Unrated };
        let totals = Totals::of_use(usage, pricing);
        shares.push(share(usage.state.as_str(), what, totals, usage.during));
    }
    let mut add = |state, totals| {
        shares.push(share(state, What::Energy, totals, Occupancy::default()));
    };
    if let Some(measured) = &device.measured {
        if measured.standby != Energy::default() {
            add(STANDBY, Totals::of_standby(measured, pricing));
        }
        if measured.unplaced != Energy::default() {
            add(UNPLACED, Totals::of_unplaced(measured, pricing));
        }
    }
    let counts = counts(device);
    let counted = counts.into_iter().flatten().any(|count| count > 0);
    if shares.is_empty() && (counted || device.quality != Quality::default()) {
        let totals = Totals::over([device], pricing);
        shares.push(share("", What::Energy, totals, Occupancy::default()));
    }
    if let Some(first) = shares.first_mut() {
        first.counts = counts;
        first.totals.quality = device.quality;
    }
    shares
}

/// Activations, and what the device's counter did, if it has one.
fn counts(device: &DeviceReport) -> [Option<u64>; 4] {
    let measured = device.measured.as_ref();
    [
        Some(device.activations),
        measured.map(|it| it.resets),
        measured.map(|it| it.roll_backs),
        measured.map(|it| it.jumps),
    ]
}

/// Groups, one row per group.
///
/// | columns | what |
/// | --- | --- |
/// | `key` `reports` | the group, and how many reports it sums |
/// | `soldNights` `unsoldNights` `unknownNights` | how many nights of each sort |
/// | `energyWhPerSoldNight` `costPerSoldNight` `co2eKgPerSoldNight` | figures per sold night; empty where there is none |
/// | `usageMs` … `unconfirmedMs` | its totals, likewise |
/// | `occupancyCheckedInOccupiedMs` … `occupancyUnknownUnknownMs` | its occupancy, row by row; empty for a device kind |
#[derive(Debug)]
pub struct GroupCsv<W: Write> {
    rows: Rows<W>,
}

const GROUP_COLUMNS: [&str; 8] = [
    "key",
    "reports",
    "soldNights",
    "unsoldNights",
    "unknownNights",
    "energyWhPerSoldNight",
    "costPerSoldNight",
    "co2eKgPerSoldNight",
];

impl<W: Write> GroupCsv<W> {
    /// Writes the header row.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(writer: W, dialect: Dialect) -> io::Result<Self> {
        Ok(Self { rows: Rows::new(writer, dialect, &GROUP_COLUMNS, "occupancy")? })
    }

    /// Writes the row of one group.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, group: &Group) -> io::Result<()> {
        self.rows.id(&group.key.to_string())?;
        self.rows.figure(Some(Figure::Count(group.reports)))?;
        self.rows.nights(&group.nights)?;
        self.rows.per_sold_night(group.per_sold_night())?;
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
/// | `currentSoldNights` `currentUnsoldNights` `currentUnknownNights` `currentEnergyWhPerSoldNight` `currentCostPerSoldNight` `currentCo2eKgPerSoldNight` `baselineSoldNights` … | its nights, and its figures per sold night |
/// | `nightlyEnergyWh` `nightlySoldWh` `nightlyUnsoldWh` `nightlyShareWh` | how the energy per night changed, and its three parts |
/// | for each figure of totals, in their order: `currentUsageMsPerDay` `baselineUsageMsPerDay` `changeUsageMsPerDay` `changeUsageMsPercent` … | both averages per day, and how they changed |
///
/// A cell is empty where a period has no days, or no nights of the sort; a percent where the baseline
/// is nothing.
#[derive(Debug)]
pub struct ComparisonCsv<W: Write> {
    rows: Rows<W>,
}

impl<W: Write> ComparisonCsv<W> {
    /// Writes the header row.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(writer: W, dialect: Dialect) -> io::Result<Self> {
        let mut rows = Rows::without_header(writer, dialect);
        for name in ["key", "currentReports", "currentDays", "baselineReports", "baselineDays"] {
            rows.text(name)?;
        }
        for period in ["current", "baseline"] {
            for name in &GROUP_COLUMNS[2..] {
                rows.text(&format!("{period}{}", capitalised(name)))?;
            }
        }
        for name in ["nightlyEnergyWh", "nightlySoldWh", "nightlyUnsoldWh", "nightlyShareWh"] {
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
        rows.id(&group.key.to_string())?;
        for count in [&group.current, &group.baseline].map(|sums| [sums.reports, sums.days]) {
            count.into_iter().try_for_each(|count| rows.figure(Some(Figure::Count(count))))?;
        }
        for sums in [&group.current, &group.baseline] {
            rows.nights(&sums.nights)?;
            rows.per_sold_night(sums.per_sold_night())?;
        }
        let nightly = group.nightly().map(|it| [it.energy, it.sold, it.unsold, it.share]);
        for part in 0..4 {
            rows.number(nightly.as_ref().map(|parts| &parts[part]))?;
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
    dialect: Dialect,
}

impl<W: Write> Rows<W> {
    /// Writes the header: the leading columns, the totals, the nine cells.
    fn new(writer: W, dialect: Dialect, leading: &[&str], occupancy: &str) -> io::Result<Self> {
        let mut rows = Self::without_header(writer, dialect);
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

    fn without_header(writer: W, dialect: Dialect) -> Self {
        let separator = match dialect {
            Dialect::Spreadsheet(DecimalMark::Comma) => b';',
            Dialect::Programs | Dialect::Spreadsheet(DecimalMark::Point) => b',',
        };
        let mut builder = WriterBuilder::new();
        let writer = builder.terminator(Terminator::CRLF).delimiter(separator).from_writer(writer);
        Self { writer, dialect }
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        Ok(self.writer.write_field(harmless(text).as_ref())?)
    }

    /// An id or a key, which looks like a number or a date in many a hotel.
    fn id(&mut self, id: &str) -> io::Result<()> {
        match self.dialect {
            Dialect::Spreadsheet(_) if !id.is_empty() => {
                // Ids have no quotes; other keys are dates and kinds.
                Ok(self.writer.write_field(format!("=\"{id}\""))?)
            }
            Dialect::Programs | Dialect::Spreadsheet(_) => self.text(id),
        }
    }

    fn figure(&mut self, figure: Option<Figure>) -> io::Result<()> {
        self.number(figure.as_ref())
    }

    /// A number as it is written; empty where there is none.
    fn number(&mut self, number: Option<&impl Display>) -> io::Result<()> {
        let mut number = number.map_or_else(String::new, ToString::to_string);
        if self.dialect == Dialect::Spreadsheet(DecimalMark::Comma) {
            number = number.replace('.', ",");
        }
        Ok(self.writer.write_field(number)?)
    }

    fn nights(&mut self, sums: &NightSums) -> io::Result<()> {
        let Nights { sold, unsold, unknown } = sums.nights;
        [sold, unsold, unknown].iter().try_for_each(|count| self.number(Some(count)))
    }

    fn per_sold_night(&mut self, night: Option<PerSoldNight>) -> io::Result<()> {
        self.number(night.map(|night| night.energy).as_ref())?;
        self.number(night.and_then(|night| night.cost).as_ref())?;
        self.number(night.and_then(|night| night.co2e).as_ref())
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
    use crate::csv::{DecimalMark, Dialect};
    use crate::figure::{Figure, TOTALS};
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
        let mut rows = Rows::new(Vec::new(), Dialect::Programs, &[], "").unwrap();
        rows.figure(Some(Figure::WattHours(Rounded::of(-3, 2)))).unwrap();
        rows.text("-3").unwrap();
        for _ in 2..TOTALS + 9 {
            rows.figure(None).unwrap();
        }
        rows.end().unwrap();
        let csv = String::from_utf8(rows.finish().unwrap()).unwrap();
        assert!(csv.contains("\r\n-1.500,'-3,,"), "{csv}");
    }

    #[test]
    fn a_spreadsheet_reads_numbers_as_its_language_writes_them() {
        let line = |mark| {
            let mut rows = Rows::without_header(Vec::new(), Dialect::Spreadsheet(mark));
            rows.id("0101").unwrap();
            rows.id("").unwrap();
            rows.text("=ON").unwrap();
            rows.figure(Some(Figure::WattHours(Rounded::of(-3, 2)))).unwrap();
            rows.figure(Some(Figure::Count(3))).unwrap();
            rows.end().unwrap();
            String::from_utf8(rows.finish().unwrap()).unwrap()
        };
        let comma = "\"=\"\"0101\"\"\";;'=ON;-1,500;3\r\n";
        assert_eq!(line(DecimalMark::Comma), comma);
        let point = "\"=\"\"0101\"\"\",,'=ON,-1.500,3\r\n";
        assert_eq!(line(DecimalMark::Point), point);
    }

    #[test]
    fn a_row_of_another_length_than_the_header_is_refused() {
        let mut rows = Rows::new(Vec::new(), Dialect::Programs, &["one"], "").unwrap();
        rows.text("alone").unwrap();
        assert!(rows.end().is_err());
    }
}
