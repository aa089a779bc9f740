//! The figures by which an operator watches Roomwatt at work.
//!
//! Every metric there is stands here, with its unit. None has a dimension of its own: a function
//! adds its name and nothing else, so the bill does not grow with hotels, rooms or reasons. Which
//! hotel it was is said in the log line next to it.
//!
//! A process that installs no recorder, like the local run, counts nothing and pays nothing.

use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};

/// The metrics' CloudWatch namespace.
pub const NAMESPACE: &str = "Roomwatt";

/// The one dimension: the name of the function that records it.
pub const DIMENSION: &str = "FunctionName";

macro_rules! metrics {
    ($($(#[$doc:meta])* $name:ident: $unit:ident;)*) => {
        /// What is measured; `Display`ed in CloudWatch by the variant's name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Metric {
            $($(#[$doc])* $name,)*
        }

        impl Metric {
            /// All of them.
            pub const ALL: &[Metric] = &[$(Metric::$name,)*];

            /// Its name in CloudWatch.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Metric::$name => stringify!($name),)*
                }
            }

            /// What it is measured in.
            pub const fn unit(self) -> Unit {
                match self {
                    $(Metric::$name => Unit::$unit,)*
                }
            }
        }
    };
}

metrics! {
    /// Events that are in a summary now, repeats included.
    EventsApplied: Count;
    /// Events that came so late that a closed day may have to be revised.
    EventsLate: Count;
    /// Events that are not JSON, or break the rule of a field.
    EventsRefusedMalformed: Count;
    /// Events of a hotel that does not exist.
    EventsRefusedUnknownHotel: Count;
    /// Events from ahead of the clock.
    EventsRefusedFuture: Count;
    /// Events from before the history that is kept.
    EventsRefusedExpired: Count;
    /// Events that their room's record of the day could not hold.
    EventsRefusedRoomDayFull: Count;
    /// Messages that name a source that does not exist.
    EventsRefusedUnknownSource: Count;
    /// Events of what the hotel's register does not have.
    EventsRefusedUnregistered: Count;
    /// Events from before 2000, of devices whose clock was not set.
    EventsRefusedNoClock: Count;
    /// Hotels with a day to close, at a tick.
    DueHotels: Count;
    /// Hotels whose day to close has been due for too long, at a tick.
    OverdueHotels: Count;
    /// Days that were closed.
    DaysClosed: Count;
    /// From when a hotel's day was due until it was closed; of the first day that a call closed.
    CloseLag: Milliseconds;
    /// How long a call took to close what was due of a hotel.
    CloseDuration: Milliseconds;
    /// Reports of closed days that late events changed.
    ReportsRevised: Count;
    /// Write units that a call consumed.
    WriteUnits: Count;
    /// Read units that a call consumed.
    ReadUnits: Count;
}

impl Metric {
    /// Adds to a sum. A sum of zero is not recorded: a metric is charged for each hour in which it
    /// has a value.
    pub fn add(self, amount: usize) {
        counter!(self.name()).increment(amount as u64);
    }

    /// Notes a time in whole milliseconds.
    #[expect(clippy::cast_precision_loss, reason = "times stay far below 2^52")]
    pub fn record_millis(self, millis: i64) {
        self.record(millis as f64);
    }

    fn record(self, value: f64) {
        histogram!(self.name()).record(value);
    }
}

/// Notes the units that a call consumed.
pub fn consumed(write_units: f64, read_units: f64) {
    // As with sums, zero is not recorded.
    for (metric, units) in [(Metric::WriteUnits, write_units), (Metric::ReadUnits, read_units)] {
        if units > 0.0 {
            metric.record(units);
        }
    }
}

/// Tells the process's recorder what each metric is measured in.
pub fn describe() {
    for metric in Metric::ALL {
        describe_counter!(metric.name(), metric.unit(), "");
        describe_histogram!(metric.name(), metric.unit(), "");
    }
}
