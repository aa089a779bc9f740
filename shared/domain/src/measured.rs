//! Rule 22: what was measured of a device beside its rated use, and of a meter.

use crate::carry_over::HeldOfDevice;
use crate::energy::Energy;
use crate::instant::Millis;
use crate::name::DeviceId;
use crate::occupancy::EnergyByCell;
use crate::tariff::Bill;

/// What a device with readings has beside its use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measured {
    /// Measured energy while the device was idle or unknown.
    pub standby: Energy,
    /// What a counter went on by over a gap, above what was booked: in no cell and in no waste.
    pub unplaced: Energy,
    /// How often the counter began again.
    pub resets: u64,
    /// How often it fell back.
    pub roll_backs: u64,
    /// How often it went on by more than the device can draw.
    pub jumps: u64,
    /// What the standby energy costs, where price or factor change within the day.
    pub standby_bill: Bill,
    /// What the unplaced energy costs, where price or factor change within the day.
    pub unplaced_bill: Bill,
}

impl Measured {
    /// As it is where every charge is energy times one price and one factor.
    pub(crate) fn without_bills(self) -> Self {
        Self { standby_bill: Bill::default(), unplaced_bill: Bill::default(), ..self }
    }
}

/// The use of a device with readings in one state: its energy is no product of time and rating.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MeteredUse {
    /// How much of the use went by counter or power.
    pub measured: Millis,
    /// The energy of that part.
    pub measured_energy: Energy,
    /// How much of the use went by nothing at all: there was neither reading nor rating.
    pub unrated: Millis,
    /// All energy of the use, by stay and presence.
    pub energy: EnergyByCell,
    /// The energy of the assumed part, alike.
    pub assumed_energy: EnergyByCell,
}

/// A meter of a room or a circuit. The devices behind it are in the totals; it is in none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterReport {
    /// Its id; its kind is `meter`.
    pub id: DeviceId,
    /// Its energy by stay and presence, without what is unplaced.
    pub during: EnergyByCell,
    /// What it went on by over a gap, above what its power readings told of it.
    pub unplaced: Energy,
    /// What the next day opens with.
    pub closing: HeldOfDevice,
}

impl MeterReport {
    /// All of its energy, what is unplaced included.
    pub fn energy(&self) -> Energy {
        self.during.total() + self.unplaced
    }
}
