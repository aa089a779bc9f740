//! Sources read messages as their form says, member by member; and the built-in ones read their
//! samples.

#[cfg(test)]
mod built_in;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod form;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod registers;
#[cfg(test)]
mod schemas;
