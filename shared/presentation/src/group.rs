//! Reports summed by room, date, week, month, device kind or hotel.
//!
//! [`Groups`] takes reports one at a time and keeps only sums, so its memory goes with the number
//! of groups, never with the number of reports. The sums are exact; each is rounded when it is
//! shown. The order in which reports come makes no difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use roomwatt_domain::{
    BusinessDate, ClosedReport, DeviceKind, HotelId, Month, NightSums, Occupancy, PerSoldNight,
    RoomId, RoomReport, Totals,
};

use crate::period::IsoWeek;

/// What the reports of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupBy {
    /// The room: a group's figures are those of one room over the days.
    Room,
    /// The local date: those of the hotel's rooms on one day.
    Date,
    /// The ISO week of the local date, as far as the reports cover it.
    Week,
    /// The month of the local date, as far as the reports cover it.
    Month,
    /// The kind of device: those of all devices of one kind. A room's time belongs to no kind,
    /// so these groups have no occupancy.
    DeviceKind,
    /// The hotel: one group.
    Hotel,
}

impl GroupBy {
    /// In the order in which they are documented.
    pub const ALL: [GroupBy; 6] = [
        GroupBy::Room,
        GroupBy::Date,
        GroupBy::Week,
        GroupBy::Month,
        GroupBy::DeviceKind,
        GroupBy::Hotel,
    ];

    /// As callers write it.
    pub const fn name(self) -> &'static str {
        match self {
            GroupBy::Room => "room",
            GroupBy::Date => "date",
            GroupBy::Week => "week",
            GroupBy::Month => "month",
            GroupBy::DeviceKind => "deviceKind",
            GroupBy::Hotel => "hotel",
        }
    }

    /// Whether a group's sums can be put together from whole hotel-days ([`DaySums`]), without a
    /// look at the reports.
    pub const fn is_of_whole_days(self) -> bool {
        match self {
            GroupBy::Date | GroupBy::Week | GroupBy::Month | GroupBy::Hotel => true,
            GroupBy::Room | GroupBy::DeviceKind => false,
        }
    }
}

impl fmt::Display for GroupBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for GroupBy {
    type Err = UnknownGroupBy;

    /// Reads `room`, `date`, `week`, `month`, `deviceKind` or `hotel`.
    fn from_str(text: &str) -> Result<Self, UnknownGroupBy> {
        Self::ALL.into_iter().find(|by| by.name() == text).ok_or(UnknownGroupBy("room"))
    }
}

/// What a list of reports is answered with. By default, the reports themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Listing {
    /// Each report: `none`.
    #[default]
    Reports,
    /// Sums over reports.
    Groups(GroupBy),
}

const NO_GROUPS: &str = "none";

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listing::Reports => f.pad(NO_GROUPS),
            Listing::Groups(by) => by.fmt(f),
        }
    }
}

impl FromStr for Listing {
    type Err = UnknownGroupBy;

    /// Reads `none` or what [`GroupBy`] reads.
    fn from_str(text: &str) -> Result<Self, UnknownGroupBy> {
        if text == NO_GROUPS {
            return Ok(Listing::Reports);
        }
        text.parse().map(Listing::Groups).map_err(|_| UnknownGroupBy("none, room"))
    }
}

/// The text names no way to group. `Display` says which there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one of {0}, date, week, month, deviceKind, hotel")]
pub struct UnknownGroupBy(&'static str);

/// What one group's reports have in common. Sorted, and shown, by its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupKey {
    /// Of [`GroupBy::Room`].
    Room(RoomId),
    /// Of [`GroupBy::Date`].
    Date(BusinessDate),
    /// Of [`GroupBy::Week`].
    Week(IsoWeek),
    /// Of [`GroupBy::Month`].
    Month(Month),
    /// Of [`GroupBy::DeviceKind`].
    DeviceKind(DeviceKind),
    /// Of [`GroupBy::Hotel`].
    Hotel(HotelId),
}

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GroupKey::Room(room) => room.fmt(f),
            GroupKey::Date(date) => date.fmt(f),
            GroupKey::Week(week) => week.fmt(f),
            GroupKey::Month(month) => month.fmt(f),
            GroupKey::DeviceKind(kind) => kind.fmt(f),
            GroupKey::Hotel(hotel) => hotel.fmt(f),
        }
    }
}

/// The sums of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What its reports have in common.
    pub key: GroupKey,
    /// How many reports of a room on a day it sums; for a device kind, those that have a device of
    /// the kind, used or not.
    pub reports: u64,
    /// Exact sums; for a device kind, over its devices only.
    pub totals: Totals,
    /// Milliseconds of all its room-days by stay and presence; `None` for a device kind.
    pub occupancy: Option<Occupancy>,
    /// The nights of its reports, and what they used; for a device kind, what its devices used in
    /// the reports that it is in.
    pub nights: NightSums,
}

impl Group {
    /// Its figures per sold night; `None` where no night was sold.
    pub fn per_sold_night(&self) -> Option<PerSoldNight> {
        self.nights.per_sold_night(&self.totals)
    }
}

/// The sums over a hotel's reports of one date, as its hotel-day keeps them: enough for every group
/// of whole days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DaySums {
    /// How many rooms have a report.
    pub rooms: u64,
    /// Exact sums.
    pub totals: Totals,
    /// Milliseconds by stay and presence.
    pub occupancy: Occupancy,
    /// The nights, and what they used.
    pub nights: NightSums,
}

impl DaySums {
    /// Of one room's report.
    pub fn of(report: &RoomReport) -> Self {
        let totals = report.totals();
        let nights = NightSums::of(report.night(), &totals);
        Self { rooms: 1, totals, occupancy: report.occupancy, nights }
    }
}

/// Sums reports into groups, one report at a time.
#[derive(Debug, Clone)]
pub struct Groups {
    by: GroupBy,
    sums: BTreeMap<GroupKey, Sums>,
}

#[derive(Debug, Clone, Default)]
struct Sums {
    reports: u64,
    totals: Totals,
    occupancy: Option<Occupancy>,
    nights: NightSums,
}

impl Groups {
    /// Without any group yet.
    pub fn new(by: GroupBy) -> Self {
        Self { by, sums: BTreeMap::new() }
    }

    /// Adds a report to its group, or to the group of each kind among its devices.
    ///
    /// Rooms are unique in their hotel only: reports of several hotels belong together by
    /// [`GroupBy::Hotel`] alone. Returns the keys of the groups that it belongs to.
    pub fn add(&mut self, hotel: &HotelId, closed: &ClosedReport) -> Vec<GroupKey> {
        let key = match self.by {
            GroupBy::DeviceKind => return self.add_kinds(&closed.report),
            GroupBy::Room => GroupKey::Room(closed.room.clone()),
            GroupBy::Date | GroupBy::Week | GroupBy::Month | GroupBy::Hotel => {
                self.key_of_day(hotel, closed.date)
            }
        };
        self.sum(&key, &DaySums::of(&closed.report));
        vec![key]
    }

    /// Adds all of a hotel's reports of a date at once: the sums that its hotel-day keeps. Only
    /// groups of whole days ([`GroupBy::is_of_whole_days`]) can be made from those; by any other
    /// way of grouping, the day counts for its hotel. Returns the key of the group that they belong
    /// to.
    pub fn add_hotel_day(
        &mut self,
        hotel: &HotelId,
        date: BusinessDate,
        day: &DaySums,
    ) -> GroupKey {
        let key = self.key_of_day(hotel, date);
        self.sum(&key, day);
        key
    }

    fn key_of_day(&self, hotel: &HotelId, date: BusinessDate) -> GroupKey {
        match self.by {
            GroupBy::Date => GroupKey::Date(date),
            GroupBy::Week => GroupKey::Week(IsoWeek::of(date)),
            GroupBy::Month => GroupKey::Month(Month::of(date)),
            GroupBy::Hotel | GroupBy::Room | GroupBy::DeviceKind => GroupKey::Hotel(hotel.clone()),
        }
    }

    fn sum(&mut self, key: &GroupKey, day: &DaySums) {
        let sums = self.sums.entry(key.clone()).or_default();
        sums.reports += day.rooms;
        sums.totals += day.totals;
        *sums.occupancy.get_or_insert_default() += day.occupancy;
        sums.nights += day.nights;
    }

    /// Keeps the first groups by key, and forgets the ones after them.
    pub fn keep_first(&mut self, groups: usize) {
        while self.sums.len() > groups {
            self.sums.pop_last();
        }
    }

    /// Forgets the groups up to and including a key, by its text.
    pub fn keep_after(&mut self, key: &str) {
        self.sums.retain(|group, _| group.to_string().as_str() > key);
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.sums.len()
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    fn add_kinds(&mut self, report: &RoomReport) -> Vec<GroupKey> {
        let kinds: BTreeSet<_> = report.devices.iter().map(|device| &device.device.kind).collect();
        for kind in &kinds {
            let devices = report.devices.iter().filter(|device| device.device.kind == **kind);
            let totals = Totals::over(devices, report.pricing);
            let sums = self.sums.entry(GroupKey::DeviceKind((*kind).clone())).or_default();
            sums.reports += 1;
            sums.totals += totals;
            sums.nights += NightSums::of(report.night(), &totals);
        }
        kinds.into_iter().map(|kind| GroupKey::DeviceKind(kind.clone())).collect()
    }

    /// The groups in order of their keys.
    pub fn by_key(self) -> impl Iterator<Item = Group> {
        self.sums.into_iter().map(|(key, Sums { reports, totals, occupancy, nights })| Group {
            key,
            reports,
            totals,
            occupancy,
            nights,
        })
    }
}
