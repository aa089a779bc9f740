//! The functions as processes of their own.

#[cfg(test)]
mod killed;
