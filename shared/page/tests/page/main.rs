//! The pages, read as a browser reads them.

#[cfg(test)]
#[path = "../../examples/made_up/mod.rs"]
mod made_up;

#[cfg(test)]
mod document;
#[cfg(test)]
mod escaping;
#[cfg(test)]
mod figures;
#[cfg(test)]
mod missing;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod rooms;
#[cfg(test)]
mod size;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod style;
#[cfg(test)]
mod telling;
