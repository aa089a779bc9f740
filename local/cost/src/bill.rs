//! A month's bill: what a day consumed, thirty times, in dollars.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::Shape;
use crate::day::{Day, RECORD, Work, as_f64, u64_f64};
use crate::deployed::{ALARMS, DASHBOARDS, Function};
use crate::network::LATENCIES;
use crate::prices::{Price, PriceFile, Prices};

/// A month.
pub const DAYS_PER_MONTH: u32 = 30;

/// Summaries are kept longer than they may be revised, in days: a revision may wait in a queue.
const SPARE_DAYS: f64 = 15.0;
/// DynamoDB deletes what has expired within this time, in days.
const DELETION_DAYS: f64 = 2.0;
/// What Lambda itself writes of an invocation, its two lines in JSON, in bytes as they are counted.
const PLATFORM_LINES: f64 = 700.0;
/// What API Gateway writes of a call, in bytes as they are counted.
const ACCESS_LINE: f64 = 400.0;

/// The bill.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bill {
    /// What it was asked for.
    pub shape: Shape,
    /// Where.
    pub region: String,
    /// When the prices were collected.
    pub prices_of: String,
    /// Where from.
    pub price_sources: Vec<String>,
    /// So many days make a month.
    pub days_per_month: u32,
    /// Events of a day, readings included.
    pub events_per_day: u64,
    /// Readings of counters among them.
    pub readings_per_day: u64,
    /// Events of a month, readings included.
    pub events_per_month: u64,
    /// Dollars a month: the sum of the services.
    pub total_per_month: f64,
    /// The part of it that is paid without any event.
    pub idle_per_month: f64,
    /// What is left of the total in an account that uses its always-free allowances for nothing else.
    pub total_after_allowances: f64,
    /// The same of the part that is paid without any event.
    pub idle_after_allowances: f64,
    /// The total divided by the rooms of all hotels.
    pub per_room_month: f64,
    /// The total for a million events.
    pub per_million_events: f64,
    /// Each service.
    pub services: Vec<Service>,
    /// What the measured day consumed.
    pub units_per_event: UnitsPerEvent,
    /// How it was measured.
    pub measured: Vec<String>,
    /// What was assumed, since it cannot be measured here.
    pub assumed: Vec<String>,
}

/// Units of the table by event.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitsPerEvent {
    /// Write units of ingest.
    pub ingest_write_units: f64,
    /// Write units of all steps.
    pub write_units: f64,
    /// Read units of all steps.
    pub read_units: f64,
}

/// A service of AWS.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// Its name.
    pub name: &'static str,
    /// Dollars a month: the sum of what is used.
    pub dollars: f64,
    /// The part of it that is paid without any event.
    pub idle_dollars: f64,
    /// What the account's allowances leave of its dollars.
    pub after_allowances: f64,
    /// What they leave of the part that is paid without any event.
    pub idle_after_allowances: f64,
    /// What is used of it.
    pub usage: Vec<Usage>,
}

/// Something that is used, in a month.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// By what.
    pub what: String,
    /// How much.
    pub quantity: f64,
    /// The part of it that is used without any event.
    pub idle_quantity: f64,
    /// In what it is counted.
    pub unit: String,
    /// Dollars for `per` of the unit.
    pub price: f64,
    /// How many of the unit the price is for.
    pub per: f64,
    /// How many of the unit an account has free each month, for all usage in that unit of a service.
    pub free: f64,
    /// The region that the price is of, where it is not known for the one asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_assumed_from: Option<String>,
    /// Quantity at the price.
    pub dollars: f64,
}

impl Usage {
    /// Something that is used only where there are events.
    fn of(what: impl Into<String>, quantity: f64, price: &Price) -> Self {
        Self {
            what: what.into(),
            quantity,
            idle_quantity: 0.0,
            unit: price.unit.clone(),
            price: price.dollars,
            per: price.per,
            free: price.free,
            price_assumed_from: price.assumed_from.clone(),
            dollars: quantity * price.dollars / price.per,
        }
    }

    /// The same with a part that is there without events.
    fn idle(self, idle_quantity: f64) -> Self {
        Self { idle_quantity, ..self }
    }

    /// The same, all of it there without events.
    fn fixed(self) -> Self {
        let quantity = self.quantity;
        self.idle(quantity)
    }
}

impl Service {
    fn of(name: &'static str, usage: Vec<Usage>) -> Self {
        let dollars = usage.iter().map(|usage| usage.dollars).sum();
        let idle = usage.iter().map(|usage| usage.idle_quantity * usage.price / usage.per);
        let idle_dollars = idle.sum();
        let after_allowances = left(&usage, |usage| usage.quantity);
        let idle_after_allowances = left(&usage, |usage| usage.idle_quantity);
        Self { name, dollars, idle_dollars, after_allowances, idle_after_allowances, usage }
    }
}

/// What is always free, in words.
fn free(services: &[Service]) -> String {
    let allowances = services.iter().flat_map(|service| {
        let free = service.usage.iter().filter(|usage| usage.free > 0.0);
        free.map(|usage| format!("{}: {} {}", service.name, usage.free, usage.unit))
    });
    allowances.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
}

/// Dollars for what passes the allowances, each of which is for all usage of its unit and price.
fn left(usage: &[Usage], quantity: impl Fn(&Usage) -> f64) -> f64 {
    let mut free: BTreeMap<(&str, u64), f64> = BTreeMap::new();
    let paid = usage.iter().map(|usage| {
        // What has no allowance of its own takes none of another's.
        if usage.free == 0.0 {
            return quantity(usage) * usage.price / usage.per;
        }
        let free = free.entry((&usage.unit, usage.price.to_bits())).or_insert(usage.free);
        let used = quantity(usage).min(*free);
        *free -= used;
        (quantity(usage) - used) * usage.price / usage.per
    });
    paid.sum()
}

impl Bill {
    pub(crate) fn of(
        shape: &Shape,
        region: &str,
        file: &PriceFile,
        prices: &Prices<Price>,
        day: &Day,
    ) -> Self {
        let mut services = vec![
            table_requests(shape, day, prices),
            table_storage(shape, day, prices),
            table_key(day, prices),
            queues(day, prices),
            functions(day, prices),
            Service::of(
                "EventBridge",
                vec![Usage::of("events out", month(day.told), &prices.bus_events)],
            ),
            Service::of(
                "API Gateway",
                vec![Usage::of(
                    "report calls",
                    month(day.functions[&Function::ReportApi].invocations),
                    &prices.api_requests,
                )],
            ),
            logs(day, prices),
            watching(day, prices),
        ];
        services.extend(digests(shape, prices));
        let total: f64 = services.iter().map(|service| service.dollars).sum();
        let rooms = f64::from(shape.hotels) * f64::from(shape.rooms);
        let events_per_day = shape.all_rooms() * shape.events_of_room();
        let events_a_day = u64_f64(events_per_day);
        let all =
            [day.ingest, day.notes, day.schedule, day.close, day.telling, day.revise, day.reports];
        let units_per_event = UnitsPerEvent {
            ingest_write_units: day.ingest.write_units / events_a_day,
            write_units: all.iter().map(|units| units.write_units).sum::<f64>() / events_a_day,
            read_units: all.iter().map(|units| units.read_units).sum::<f64>() / events_a_day,
        };
        Self {
            shape: shape.clone(),
            region: region.to_owned(),
            prices_of: file.collected.clone(),
            price_sources: file.sources.clone(),
            days_per_month: DAYS_PER_MONTH,
            events_per_day,
            readings_per_day: shape.all_rooms() * shape.readings(),
            events_per_month: events_per_day * u64::from(DAYS_PER_MONTH),
            total_per_month: total,
            idle_per_month: services.iter().map(|service| service.idle_dollars).sum(),
            total_after_allowances: services.iter().map(|service| service.after_allowances).sum(),
            idle_after_allowances: services
                .iter()
                .map(|service| service.idle_after_allowances)
                .sum(),
            per_room_month: total / rooms,
            per_million_events: total / month(events_a_day) * 1e6,
            measured: measured(day),
            assumed: assumed(shape, day, file, region, &services),
            services,
            units_per_event,
        }
    }
}

fn month(a_day: f64) -> f64 {
    a_day * f64::from(DAYS_PER_MONTH)
}

fn table_requests(shape: &Shape, day: &Day, prices: &Prices<Price>) -> Service {
    let steps = [
        ("ingest", day.ingest),
        ("noting who was heard", day.notes),
        ("schedule", day.schedule),
        ("close", day.close),
        ("telling", day.telling),
        ("revise", day.revise),
        ("reports", day.reports),
    ];
    let mut usage = Vec::new();
    for (step, consumed) in steps {
        let is_idle = step == "schedule";
        for (done, units, price) in [
            ("writes", consumed.write_units, &prices.write_units),
            ("reads", consumed.read_units, &prices.read_units),
        ] {
            let line = Usage::of(format!("{done} of {step}"), month(units), price);
            usage.push(if is_idle { line.fixed() } else { line });
        }
    }
    // The close that ends a month reads its reports again, consistently, and writes a room's sums.
    let rooms = f64::from(shape.hotels) * f64::from(shape.rooms);
    let reports = month(rooms * (day.stored.report - as_f64(RECORD))) / READ_UNIT;
    usage.push(Usage::of("writes of monthly sums", rooms, &prices.write_units));
    usage.push(Usage::of("reads of monthly sums", reports, &prices.read_units));
    Service::of("DynamoDB requests", usage)
}

/// What a consistent read unit reads.
const READ_UNIT: f64 = 4096.0;

fn table_storage(shape: &Shape, day: &Day, prices: &Prices<Price>) -> Service {
    const GB: f64 = 1024.0 * 1024.0 * 1024.0;
    let stored = day.stored;
    let hotels = f64::from(shape.hotels);
    let rooms = hotels * f64::from(shape.rooms);
    let summary_days = f64::from(shape.history_days) + SPARE_DAYS + DELETION_DAYS;
    let report_days = f64::from(shape.report_days) + DELETION_DAYS;
    let summaries = rooms * stored.summary * summary_days / GB;
    let reports = (rooms * stored.report + hotels * stored.hotel_day) * report_days / GB;
    let all = summaries + reports + hotels * stored.hotel / GB;
    Service::of(
        "DynamoDB storage",
        vec![
            Usage::of("summaries", summaries, &prices.table_storage),
            Usage::of("reports, hotel-days, hotels", all - summaries, &prices.table_storage),
            Usage::of("point-in-time recovery", all, &prices.point_in_time_recovery),
        ],
    )
}

/// The table is encrypted with the account's own key for DynamoDB, which is paid by request.
fn table_key(day: &Day, prices: &Prices<Price>) -> Service {
    let requests: f64 = day.functions.values().map(|work| work.key_requests).sum();
    let idle = day.functions[&Function::DayCloseSchedule].key_requests;
    let line = Usage::of("requests of the table's key", month(requests), &prices.key_requests);
    Service::of("KMS", vec![line.idle(month(idle))])
}

fn queues(day: &Day, prices: &Prices<Price>) -> Service {
    let price = &prices.queue_requests;
    let mut usage = Vec::new();
    for queue in &day.queues {
        let name = queue.name;
        if queue.sends > 0.0 {
            usage.push(Usage::of(format!("{name}, publishers' sends"), month(queue.sends), price));
        }
        usage.push(
            Usage::of(format!("{name}, receives"), month(queue.receives), price)
                .idle(month(queue.idle_receives)),
        );
        usage.push(Usage::of(format!("{name}, deletions"), month(queue.deletions), price));
    }
    usage.push(Usage::of("sends of functions", month(day.sent), price));
    Service::of("SQS", usage)
}

fn functions(day: &Day, prices: &Prices<Price>) -> Service {
    let mut usage = Vec::new();
    for (function, work) in &day.functions {
        let Work { invocations, billed_millis, .. } = work;
        let gb_seconds = billed_millis / 1000.0 * f64::from(function.memory()) / 1024.0;
        for (what, quantity, price) in [
            ("calls", *invocations, &prices.function_requests),
            ("time", gb_seconds, &prices.function_seconds),
        ] {
            let line = Usage::of(format!("{function}, {what}"), month(quantity), price);
            usage.push(match function {
                Function::DayCloseSchedule => line.fixed(),
                _ => line,
            });
        }
    }
    Service::of("Lambda", usage)
}

fn logs(day: &Day, prices: &Prices<Price>) -> Service {
    const GB: f64 = 1e9;
    let mut usage = Vec::new();
    for (function, work) in &day.functions {
        let access = if *function == Function::ReportApi { ACCESS_LINE } else { 0.0 };
        let bytes = work.log_bytes + work.invocations * (PLATFORM_LINES + access);
        let line = Usage::of(function.name(), month(bytes) / GB, &prices.logs);
        usage.push(match function {
            Function::DayCloseSchedule => line.fixed(),
            _ => line,
        });
    }
    Service::of("CloudWatch logs", usage)
}

fn watching(day: &Day, prices: &Prices<Price>) -> Service {
    // A metric is charged for each hour in which it has a value.
    let metrics: f64 = day.functions.values().map(|work| work.metric_hours / 24.0).sum();
    let idle = day.functions[&Function::DayCloseSchedule].metric_hours / 24.0;
    Service::of(
        "CloudWatch alarms, metrics, dashboard",
        vec![
            Usage::of("alarms", ALARMS.into(), &prices.alarms).fixed(),
            Usage::of("metrics", metrics, &prices.metrics).idle(idle),
            Usage::of("dashboard", DASHBOARDS.into(), &prices.dashboards).fixed(),
        ],
    )
}

/// A day's text, to each reader of each hotel.
fn digests(shape: &Shape, prices: &Prices<Price>) -> Option<Service> {
    let texts = month(shape.hotels.into());
    let mails = texts * f64::from(shape.digest_readers);
    (mails > 0.0).then(|| {
        Service::of(
            "SNS",
            vec![
                Usage::of("digests", texts, &prices.topic_requests),
                Usage::of("digests, mails", mails, &prices.mails),
            ],
        )
    })
}

fn measured(day: &Day) -> Vec<String> {
    let mut lines = vec![
        "write and read units of each step: by the embedded engine's answers, of the second of two \
         simulated days, its 96 ticks and its close"
            .to_owned(),
        "messages, batches, receives and deletions: by simulating the pollers of each queue"
            .to_owned(),
        "requests and events that the functions send, the lines that they log, the metrics that \
         they say something of"
            .to_owned(),
        format!(
            "sizes of the records of a room-day: summary {:.0} bytes, report {:.0} bytes, 100 that \
             DynamoDB adds to each included",
            day.stored.summary, day.stored.report
        ),
    ];
    for (function, work) in &day.functions {
        if work.invocations > 0.0 {
            lines.push(format!(
                "{function}: {:.0} calls a day, {:.2} ms of this machine's processor each, without \
                 what the embedded services take, and {:.1} ms of waiting; {:.1} ms billed, starts \
                 included",
                work.invocations,
                work.processor_millis,
                work.waited_millis,
                work.billed_millis / work.invocations
            ));
        }
    }
    if cfg!(debug_assertions) {
        lines.push(
            "the processor's time is that of a build without optimisation, several times what a \
             release build takes"
                .to_owned(),
        );
    }
    lines
}

fn assumed(
    shape: &Shape,
    day: &Day,
    file: &PriceFile,
    region: &str,
    services: &[Service],
) -> Vec<String> {
    let mut lines = vec![
        format!("a month has {DAYS_PER_MONTH} days, all like the measured one"),
        format!(
            "after allowances: in an account that uses what is always free in a month for nothing \
             else ({}); what is free for a new account's first months is left out",
            free(services)
        ),
        format!(
            "each queue has {} pollers, which receive for 20 s each time and gather batches of \
             their own, each receive bringing one message; Lambda begins with five, and may go down \
             to two while traffic is low",
            shape.pollers
        ),
        "the publisher packs consecutive events of a hotel in each queue's messages, and sends one \
         with its last event; nothing waits over midnight"
            .to_owned(),
        "nothing comes twice, late, or out of order, and nothing is refused; no call is throttled \
         or fails"
            .to_owned(),
        format!("{LATENCIES}, whatever waits at once waits at once"),
        "a processor of Lambda is as fast as this machine's; a function has as much of it as its \
         memory is of 1,769 MB; encrypting and sending a call takes 0.1 ms of a whole one"
            .to_owned(),
        "a function starts anew after 5 minutes without a call, or 2 hours with calls; a start is \
         billed with 200 ms; arm64"
            .to_owned(),
        format!(
            "Lambda writes {PLATFORM_LINES} bytes of a call to the log, API Gateway {ACCESS_LINE}; \
             logs are paid when they are written, their storage is not priced"
        ),
        format!(
            "summaries are kept for {} days, reports for {}, and are deleted {DELETION_DAYS} days \
             later; the table has been in use for that long",
            f64::from(shape.history_days) + SPARE_DAYS,
            shape.report_days
        ),
        "DynamoDB asks for the table's key once in 5 minutes in which a function is called, and no \
         less where it is called all the time"
            .to_owned(),
        "a metric costs by the hour in which something is said of it, an alarm and a dashboard all \
         month"
            .to_owned(),
        format!(
            "the report API is called {} times a day for each hotel, for one day's report by room, \
             and starts anew each time",
            shape.reports
        ),
        "not priced: data transfer out, X-Ray (off by default), what alarms send, deployments, what publishers \
         pay for themselves but their sends"
            .to_owned(),
    ];
    if shape.readings_per_hour > 0 {
        lines.push(
            "a gateway reads all counters of a room at one instant and one room after the other, so \
             that a message holds the readings of one room or few; devices that each report at a \
             time of their own share fewer writes, up to one a reading"
                .to_owned(),
        );
    }
    if shape.hotels > 1 {
        lines.push(
            "all hotels are in one time zone and share queues, pollers, batches, ticks, alarms, \
             metrics and dashboard"
                .to_owned(),
        );
    }
    let sample = day.sample;
    if !sample.is_whole() {
        let (hotels, rooms) = sample.run;
        lines.push(format!(
            "the functions were run with {rooms} rooms of {hotels} hotel(s), in batches made of \
             the traffic of {} hotel(s); units, time and records are taken to grow with the rooms, \
             calls and requests beyond that traffic with the hotels",
            sample.hotels
        ));
    }
    let assumed = services.iter().flat_map(|service| &service.usage);
    let units: BTreeSet<_> = assumed
        .filter(|usage| usage.price_assumed_from.is_some())
        .map(|usage| usage.what.as_str())
        .collect();
    if !units.is_empty() {
        let units: Vec<_> = units.into_iter().collect();
        lines.push(format!(
            "no price is known in {region} of: {}; that of {} stands in",
            units.join(", "),
            file.base
        ));
    }
    lines
}
