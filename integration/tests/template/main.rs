//! What both template and code say is the same in both.

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
mod mqtt;
#[cfg(test)]
mod parameters;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod queues;
#[cfg(test)]
mod table;
