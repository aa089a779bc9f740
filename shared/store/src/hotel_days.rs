//! Hotel-days: the totals of a hotel on a date, kept so that a month is one small query.

use std::ops::AddAssign;

use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use roomwatt_domain::totals::{ConfirmedWaste, MeasuredTotals};
use roomwatt_domain::{
    BusinessDate, BusinessDay, Charge, Energy, HotelId, Instant, NightSums, Nights, Occupancy,
    Quality, ReportSums, RoomReport, Totals, Waste,
};

use crate::closes::FencedOutcome;
use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, expiry, is_live, key, number};
use crate::pages::Pages;
use crate::schema::{DAY_PREFIX, FENCE, REVISION, ROOMS, TTL_ATTRIBUTE, hotel_day_key, hotel_key};
use crate::sums::{CELLS, CONFIRMED, Sums};
use crate::table::Store;
use crate::write::Written;

/// The totals of a hotel on a closed business day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotelDay {
    /// Which day.
    pub date: BusinessDate,
    /// How many rooms have a report.
    pub rooms: u64,
    /// 1 when the day is closed; grows with every report of it that is revised.
    pub revision: u64,
    /// The sums over the rooms.
    pub totals: Totals,
    /// The rooms' time by stay and presence.
    pub occupancy: Occupancy,
    /// The rooms' nights, and what they used.
    pub nights: NightSums,
    /// Confirmed waste by the stay while it was wasted, in the order of [`Stay::ALL`](roomwatt_domain::Stay::ALL).
    pub confirmed_waste: [ConfirmedWaste; 3],
    /// How many of the rooms were measured.
    pub measured_rooms: u64,
}

impl HotelDay {
    /// A day without a report, as a close begins to add it up.
    pub fn empty(date: BusinessDate) -> Self {
        Self {
            date,
            rooms: 0,
            revision: 1,
            totals: Totals::default(),
            occupancy: Occupancy::default(),
            nights: NightSums::default(),
            confirmed_waste: Default::default(),
            measured_rooms: 0,
        }
    }

    /// Its sums, as far as a hotel-day keeps them: how long rooms wasted that were checked out, and
    /// how many reports had no price, no factor or were revised, it does not. A day that was revised
    /// counts as one report.
    pub fn sums(&self) -> ReportSums {
        ReportSums {
            reports: self.rooms,
            revised: (self.revision > 1).into(),
            totals: self.totals,
            confirmed_waste: self.confirmed_waste,
            occupancy: self.occupancy,
            nights: self.nights,
            ..ReportSums::default()
        }
    }
}

impl AddAssign<&RoomReport> for HotelDay {
    fn add_assign(&mut self, report: &RoomReport) {
        let totals = report.totals();
        self.rooms += 1;
        self.measured_rooms += u64::from(totals.measured.is_some());
        self.nights += NightSums::of(report.night(), &totals);
        self.totals += totals;
        self.occupancy += report.occupancy;
        for (sum, waste) in self.confirmed_waste.iter_mut().zip(report.confirmed_waste()) {
            *sum += waste;
        }
    }
}

/// What became of totals that were counted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectOutcome {
    /// They are written.
    Corrected,
    /// Nothing was written: the record is not the one that was read.
    Changed,
}

impl Store {
    /// Puts the totals of the day being closed, unless a later attempt has, or a revision has
    /// changed them. An attempt adds a day up once.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn put_hotel_day(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        attempt: u64,
        totals: &HotelDay,
    ) -> Result<FencedOutcome> {
        let written = self
            .put_sums(hotel, day, attempt, totals, |put| {
                put.condition_expression(
                    "attribute_not_exists(#revision) \
                     OR (#revision = :first AND #fence <= :attempt)",
                )
                .expression_attribute_names("#fence", FENCE)
                .expression_attribute_values(":first", number(1))
                .expression_attribute_values(":attempt", number(attempt))
            })
            .await?;
        Ok(if written { FencedOutcome::Done } else { FencedOutcome::ClaimLost })
    }

    /// Puts the totals of a closed day in the place of the ones before them: those that were read,
    /// with the revision before `totals.revision`. `attempt` stays what it was.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn correct_hotel_day(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        attempt: u64,
        totals: &HotelDay,
    ) -> Result<CorrectOutcome> {
        let written = self
            .put_sums(hotel, day, attempt, totals, |put| {
                put.condition_expression("#revision = :before")
                    .expression_attribute_values(":before", number(totals.revision - 1))
            })
            .await?;
        Ok(if written { CorrectOutcome::Corrected } else { CorrectOutcome::Changed })
    }

    async fn put_sums(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        attempt: u64,
        totals: &HotelDay,
        on_condition: impl FnOnce(PutItemFluentBuilder) -> PutItemFluentBuilder,
    ) -> Result<bool> {
        let mut item = key(hotel_key(hotel), hotel_day_key(day.date));
        item.extend([
            (ROOMS.to_owned(), number(totals.rooms)),
            (REVISION.to_owned(), number(totals.revision)),
            (FENCE.to_owned(), number(attempt)),
            (TTL_ATTRIBUTE.to_owned(), expiry(self.retention.report_until(day))),
        ]);
        let HotelDay {
            totals: figures, occupancy, nights, confirmed_waste, measured_rooms, ..
        } = totals;
        let sums = Sums::new(figures, occupancy, nights, confirmed_waste, *measured_rooms);
        item.extend(sums.figures().map(|(name, amount)| (name.to_owned(), number(amount))));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .expression_attribute_names("#revision", REVISION);
        match self.put(on_condition(put)).await? {
            Written::Done { .. } => Ok(true),
            Written::Refused(_) => Ok(false),
            Written::TooLarge => Err(StoreError::corrupt(HOTEL_DAY, "passes what a record holds")),
        }
    }

    /// The totals of a hotel on a date, read consistently, and the attempt of the close that added
    /// them up: 0 for a day that only late events opened.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn hotel_day(
        &self,
        hotel: &HotelId,
        date: BusinessDate,
        now: Instant,
    ) -> Result<Option<(HotelDay, u64)>> {
        let item = self.get(key(hotel_key(hotel), hotel_day_key(date)), now).await?;
        let Some(item) = item else { return Ok(None) };
        let attempt = Reader::new(HOTEL_DAY, &item).number(FENCE)?.unwrap_or(0);
        Ok(Some((hotel_day(&item)?, attempt)))
    }

    /// The totals of a hotel from one date to another, both included, by date.
    pub fn hotel_days(
        &self,
        hotel: &HotelId,
        from: BusinessDate,
        to: BusinessDate,
        now: Instant,
    ) -> Pages<HotelDay> {
        self.range(
            hotel_key(hotel),
            hotel_day_key(from),
            hotel_day_key(to),
            Box::new(move |item| is_live(item, now).then(|| hotel_day(item)).transpose()),
        )
    }
}

const HOTEL_DAY: &str = "hotel-day";

fn hotel_day(item: &Item) -> Result<HotelDay> {
    let read = Reader::new(HOTEL_DAY, item);
    let millis = |name| Ok(read.number::<i64>(name)?.unwrap_or(0));
    let count = |name| Ok(read.number::<u64>(name)?.unwrap_or(0));
    let energy = |name| Ok(Energy::from_exact(read.number(name)?.unwrap_or(0)));
    let charge = |name| Ok(read.number(name)?.map(Charge::from_exact));
    let measured_rooms = count("measuredRooms")?;
    let measured = match measured_rooms {
        0 => None,
        _ => Some(MeasuredTotals {
            usage: millis("measured")?,
            energy: energy("measuredEnergy")?,
            standby: energy("standby")?,
            unplaced: energy("unplaced")?,
        }),
    };
    let mut confirmed_waste = [ConfirmedWaste::default(); 3];
    for (waste, (name, cost)) in confirmed_waste.iter_mut().zip(CONFIRMED) {
        *waste = ConfirmedWaste { energy: energy(name)?, cost: charge(cost)? };
    }
    let mut cells = [0; 9];
    for (cell, name) in cells.iter_mut().zip(CELLS) {
        *cell = millis(name)?;
    }
    Ok(HotelDay {
        date: read.sort_key(DAY_PREFIX)?,
        rooms: count(ROOMS)?,
        revision: count(REVISION)?,
        occupancy: Occupancy::from_cells(cells),
        nights: NightSums {
            nights: Nights {
                sold: count("soldNights")?,
                unsold: count("unsoldNights")?,
                unknown: count("unknownNights")?,
            },
            sold_energy: energy("soldEnergy")?,
            unsold_energy: energy("unsoldNightEnergy")?,
            sold_priced: count("soldPriced")?,
            sold_emitting: count("soldEmitting")?,
        },
        confirmed_waste,
        measured_rooms,
        totals: Totals {
            usage: millis("usage")?,
            waste: Waste {
                waste: millis("waste")?,
                waste_unsold: millis("wasteUnsold")?,
                unsold: millis("unsold")?,
            },
            assumed: millis("assumed")?,
            assumed_waste: millis("assumedWaste")?,
            unrated: millis("unrated")?,
            energy: energy("energy")?,
            waste_energy: energy("wasteEnergy")?,
            waste_unsold_energy: energy("wasteUnsoldEnergy")?,
            unsold_energy: energy("unsoldEnergy")?,
            assumed_energy: energy("assumedEnergy")?,
            assumed_waste_energy: energy("assumedWasteEnergy")?,
            cost: charge("cost")?,
            waste_cost: charge("wasteCost")?,
            assumed_waste_cost: charge("assumedWasteCost")?,
            co2e: charge("co2e")?,
            unpriced: read.number("unpriced")?.map(Energy::from_exact),
            measured,
            quality: Quality {
                missing_starts: count("missingStarts")?,
                missing_ends: count("missingEnds")?,
                unconfirmed: millis("unconfirmed")?,
            },
        },
    })
}
