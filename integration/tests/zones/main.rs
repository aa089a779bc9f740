//! Midnights all over the world.

#[cfg(test)]
mod a_year;
