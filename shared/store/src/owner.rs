//! Whose a record is, by its keys: for an operator who has to remove what belongs to somebody.

use roomwatt_domain::{BusinessDate, HotelId, Month};

use crate::schema::{
    DAY_PREFIX, HEARD, HOTEL_PREFIX, HOTELS, MONTH_PREFIX, PROFILE, REFUSED_PREFIX,
    REGISTER_PREFIX, REPORT_PREFIX, ROOM_PREFIX, SUMMARY_PREFIX, TOUCH_PREFIX, hotel_key,
};

/// The records by which a hotel is there, by partition and sort key: its profile, and its place in the
/// list of hotels.
pub fn records_that_make_known(hotel: &HotelId) -> [(String, String); 2] {
    let hotel = hotel_key(hotel);
    [(hotel.clone(), PROFILE.to_owned()), (HOTELS.to_owned(), hotel)]
}

/// Whose a record is. Sessions and links are of the hotels in their attribute
/// [`SEEN`](crate::SEEN).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Owner<'k> {
    /// The hotel's id.
    pub hotel: Option<&'k str>,
    /// The room's id.
    pub room: Option<&'k str>,
    /// The first and the last date that it is of.
    pub dates: Option<(BusinessDate, BusinessDate)>,
}

impl<'k> Owner<'k> {
    /// Whose the record of a partition and a sort key is; of nobody's it has nothing.
    ///
    /// ```
    /// use roomwatt_store::Owner;
    ///
    /// let owner = Owner::of("DAY#h1#2026-11-20", "SUMMARY#101#07");
    /// assert_eq!((owner.hotel, owner.room), (Some("h1"), Some("101")));
    /// assert_eq!(Owner::of("SOURCES", "SOURCE#h1"), Owner::default());
    /// ```
    pub fn of(partition: &'k str, sort: &'k str) -> Self {
        let (hotel, room, dates) = if partition == HOTELS {
            (sort.strip_prefix(HOTEL_PREFIX), None, None)
        } else if partition == HEARD {
            let heard = [HOTEL_PREFIX, REFUSED_PREFIX];
            (heard.iter().find_map(|prefix| sort.strip_prefix(prefix)), None, None)
        } else if let Some(hotel) = partition.strip_prefix(HOTEL_PREFIX) {
            let of_day = sort.strip_prefix(DAY_PREFIX).and_then(day);
            (Some(hotel), None, of_day.or_else(|| month(sort.strip_prefix(MONTH_PREFIX)?)))
        } else if let Some(hotel) = partition.strip_prefix(REGISTER_PREFIX) {
            (Some(hotel), None, None)
        } else if let Some((hotel, date)) = parts(partition, DAY_PREFIX) {
            let of_room = [SUMMARY_PREFIX, REPORT_PREFIX, TOUCH_PREFIX];
            let room = of_room.iter().find_map(|prefix| sort.strip_prefix(prefix));
            // A summary's parts have a number behind the room.
            let room = room.map(|room| room.split_once('#').map_or(room, |(room, _)| room));
            (Some(hotel), room, day(date))
        } else if let Some((hotel, of)) = parts(partition, MONTH_PREFIX) {
            (Some(hotel), sort.strip_prefix(ROOM_PREFIX), month(of))
        } else {
            (None, None, None)
        };
        Self { hotel, room, dates }
    }
}

/// A hotel, and what follows it.
fn parts<'k>(partition: &'k str, prefix: &str) -> Option<(&'k str, &'k str)> {
    partition.strip_prefix(prefix)?.split_once('#')
}

fn day(text: &str) -> Option<(BusinessDate, BusinessDate)> {
    let date = BusinessDate::parse(text).ok()?;
    Some((date, date))
}

fn month(text: &str) -> Option<(BusinessDate, BusinessDate)> {
    let month = Month::of(BusinessDate::parse(&format!("{text}-01")).ok()?);
    Some((month.first(), month.last()))
}
