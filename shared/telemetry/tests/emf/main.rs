//! What CloudWatch is told: one line a call, one dimension, every metric in its unit.

#[cfg(test)]
mod line;
