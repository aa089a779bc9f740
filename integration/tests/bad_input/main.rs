//! Bad input, end to end: whatever a publisher or the network does wrong, nothing is lost and
//! nothing else is held up (rule 15).

#[cfg(test)]
#[path = "../lakeside/mod.rs"]
mod lakeside;

#[cfg(test)]
mod clocks;
#[cfg(test)]
mod day_close;
#[cfg(test)]
mod floods;
#[cfg(test)]
mod large_bodies;
#[cfg(test)]
mod network;
#[cfg(test)]
mod passing_faults;
#[cfg(test)]
mod publishers;
#[cfg(test)]
mod queues;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod room_day_full;
