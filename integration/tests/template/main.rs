//! What the template and the code both say, they say alike.

#[cfg(test)]
mod alarms;
#[cfg(test)]
mod batches;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod cost;
#[cfg(test)]
mod deployed;
#[cfg(test)]
mod parameters;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod queues;
#[cfg(test)]
mod table;
