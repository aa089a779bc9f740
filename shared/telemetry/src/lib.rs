//! The figures by which an operator watches Roomwatt at work.
//!
//! Every metric there is stands here, with its unit. None has a dimension of its own: a function
//! adds its name and nothing else, so the bill does not grow with hotels, rooms or reasons. Which
//! hotel it was is said in the log line next to it. What no alarm and no dashboard looks at is no metric:
//! each costs by the hour, and a field of a log line costs nothing beside the line.
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
    /// Events that were refused; the log line has the reason.
    EventsRefused: Count;
    /// Hotels whose day to close has been due for too long, at a tick. Said by every tick that is
    /// done, if none is overdue too: without it there was no tick.
    OverdueHotels: Count;
    /// Hotels of which no event came for too long, at a tick.
    SilentHotels: Count;
    /// Days that were closed.
    DaysClosed: Count;
    /// From when a hotel's day was due until it was closed; of the first day that a call closed.
    CloseLag: Milliseconds;
    /// Reports of closed days that late events changed.
    ReportsRevised: Count;
}

impl Metric {
    /// Adds to a sum. A sum of zero is not recorded: a metric is charged for each hour in which it
    /// has a value.
    pub fn add(self, amount: usize) {
        counter!(self.name()).increment(amount as u64);
    }

    /// Notes a count, if it is zero too.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn record_count(self, count: usize) {
        self.record(count as f64);
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

/// Tells the process's recorder what each metric is measured in.
pub fn describe() {
    for metric in Metric::ALL {
        describe_counter!(metric.name(), metric.unit(), "");
        describe_histogram!(metric.name(), metric.unit(), "");
    }
}
