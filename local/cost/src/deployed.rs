//! What the template deploys, as far as the bill depends on it. `integration/tests/template/cost.rs`
//! holds it against the template.

use std::fmt;

/// A function of the deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the crate of its name")]
pub enum Function {
    DeviceEvents,
    SpaceEvents,
    DayCloseSchedule,
    DayClose,
    ReportApi,
}

impl Function {
    /// All of them.
    pub const ALL: [Function; 5] = [
        Function::DeviceEvents,
        Function::SpaceEvents,
        Function::DayCloseSchedule,
        Function::DayClose,
        Function::ReportApi,
    ];

    /// Its name, and that of its queue if it has one.
    pub const fn name(self) -> &'static str {
        match self {
            Function::DeviceEvents => "device-events",
            Function::SpaceEvents => "space-events",
            Function::DayCloseSchedule => "day-close-schedule",
            Function::DayClose => "day-close",
            Function::ReportApi => "report-api",
        }
    }

    /// Its memory in MB.
    pub const fn memory(self) -> u32 {
        match self {
            Function::DeviceEvents | Function::SpaceEvents | Function::DayClose => 512,
            Function::DayCloseSchedule => 256,
            Function::ReportApi => 1024,
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The stack's name, with which the names of its functions begin.
pub(crate) const STACK: &str = "roomwatt";

/// Alarms in CloudWatch.
pub const ALARMS: u32 = 11;

/// Dashboards in CloudWatch.
pub const DASHBOARDS: u32 = 0;

/// Pollers that Lambda begins with at a queue, if nothing bounds them.
pub const POLLERS: u8 = 5;

/// How long the event queues' messages wait for others, in seconds.
pub const BATCH_WINDOW: u16 = 60;

/// How long closed days can be revised.
pub const HISTORY_DAYS: u32 = 90;

/// How long reports are kept.
pub const REPORT_DAYS: u32 = 775;
