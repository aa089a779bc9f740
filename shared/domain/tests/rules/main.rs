//! The rules of a report, each on rooms that show it: given what a room did, when its day is
//! folded, then the figures are these.

// All of them test-only, so that what they share may unwrap as tests do.
#[cfg(test)]
mod due;
#[cfg(test)]
mod figures;
#[cfg(test)]
mod room;
#[cfg(test)]
mod rule_01_set;
#[cfg(test)]
mod rule_02_hold;
#[cfg(test)]
mod rule_03_one_instant;
#[cfg(test)]
mod rule_04_unknown;
#[cfg(test)]
mod rule_05_carry_over;
#[cfg(test)]
mod rule_06_night_hold;
#[cfg(test)]
mod rule_06_presence;
#[cfg(test)]
mod rule_07_occupancy;
#[cfg(test)]
mod rule_08_waste;
#[cfg(test)]
mod rule_08_what_may_run;
#[cfg(test)]
mod rule_09_energy;
#[cfg(test)]
mod rule_10_quality;
#[cfg(test)]
mod rule_11_confirmation;
#[cfg(test)]
mod rule_12_activations;
#[cfg(test)]
mod rule_13_quiet_days;
#[cfg(test)]
mod rule_14_late_events;
#[cfg(test)]
mod rule_16_dormant;
#[cfg(test)]
mod rule_17_nights;
#[cfg(test)]
mod rule_18_readings;
#[cfg(test)]
mod rule_19_increments;
#[cfg(test)]
mod rule_20_spreading;
#[cfg(test)]
mod rule_21_power;
#[cfg(test)]
mod rule_22_measured;
#[cfg(test)]
mod rule_23_tariffs;
