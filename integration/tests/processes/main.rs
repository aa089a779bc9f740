//! The functions as processes of their own.

#[cfg(test)]
mod functions;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod scale;
#[cfg(test)]
mod world;
