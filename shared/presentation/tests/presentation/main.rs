//! Reports made through the domain's fold, in every form in which they are shown.

#[cfg(test)]
mod compare;
#[cfg(test)]
mod csv;
#[cfg(test)]
mod group;
#[cfg(test)]
mod history;
#[cfg(test)]
mod hotel;
#[cfg(test)]
mod json;
#[cfg(test)]
mod table;
