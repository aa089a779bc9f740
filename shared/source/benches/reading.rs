//! `cargo bench -p roomwatt-source`: a message of about 500 bytes by a source of four rules, from its
//! text to its events, by criterion; and how often it allocates.

#![expect(
    clippy::expect_used,
    reason = "without its source and message there is nothing to measure"
)]

use cpu_time::ThreadTime;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use roomwatt_domain::{BusinessCalendar, HotelId};
use roomwatt_source::{Hotel, Message, Outcome, Register, Source, built_in};
use std::hint::black_box;

/// A switch of two channels that tells state, power and counter of one, and the power of the other.
const SHELLY: &str = r#"{"src":"shellyplus2pm-0011aa22bb33","dst":"shellyplus2pm-0011aa22bb33/events","method":"NotifyStatus","params":{"ts":1795198325.41,"switch:0":{"id":0,"output":true,"source":"switch","apower":61.2,"current":0.271,"voltage":231.4,"pf":0.97,"freq":50.0,"aenergy":{"total":48123.917,"by_minute":[1019.8,1020.1,1018.9],"minute_ts":1795198320},"temperature":{"tC":41.2,"tF":106.2}},"switch:1":{"id":1,"apower":0.0,"current":0.0,"voltage":231.4}}}"#;

/// A check-in whose values stand in a list, found by filters.
const OHIP: &str = r#"{"newEvent":{"metadata":{"offset":"88123","uniqueEventId":"0b3f6a6c-0000-4000-8000-000000000001"},"moduleName":"RESERVATION","eventName":"CHECK IN","primaryKey":"987654","timestamp":"2026-11-20 15:22:41","hotelId":"LAKE","detail":[{"elementName":"RESERVATION STATUS","oldValue":"RESERVED","newValue":"CHECKED IN"},{"elementName":"ROOM","oldValue":"","newValue":"203"},{"elementName":"SHARE YN","oldValue":"N","newValue":"N"}]}}"#;

const REGISTER: &str = "external,room,device,kind\n203,203,,\n\
    shellyplus2pm-0011aa22bb33/switch:0,203,lamp-0,light\nshellyplus2pm-0011aa22bb33/switch:1,203,lamp-1,light\n";

struct Work {
    source: Source,
    register: Register,
    hotel: HotelId,
    calendar: BusinessCalendar,
    body: &'static str,
}

impl Work {
    fn new(source: &str, body: &'static str) -> Self {
        Self {
            source: Source::parse(built_in::find(source).expect("a built-in source"))
                .expect("its form"),
            register: Register::from_csv(REGISTER).expect("a register"),
            hotel: HotelId::new("lakeside-1").expect("a name"),
            calendar: BusinessCalendar::new("Europe/Vienna").expect("a zone"),
            body,
        }
    }

    /// How many events come of the message.
    fn read(&self) -> usize {
        let message = Message::parse(self.body).expect("JSON");
        let hotel =
            Hotel { id: &self.hotel, calendar: &self.calendar, register: Some(&self.register) };
        let mut events = 0;
        self.source.read(&message, &hotel, &mut |turn| {
            if let Outcome::Event(event) = black_box(turn).outcome {
                black_box(event);
                events += 1;
            }
        });
        events
    }
}

/// Microseconds of one core that the work takes, whatever else runs on the machine: the least of a few
/// rounds.
fn micros(work: impl Fn()) -> f64 {
    const ROUNDS: u32 = 20;
    const TIMES: u32 = 2000;
    let round = |_| {
        let began = ThreadTime::now();
        (0..TIMES).for_each(|_| work());
        began.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reading");
    for (source, body, events) in [("shelly-gen2", SHELLY, 4), ("oracle-ohip", OHIP, 1)] {
        let work = Work::new(source, body);
        assert_eq!(work.read(), events);
        let heap = allocation_counter::measure(|| {
            work.read();
        });
        println!(
            "{source}: {} rules, {} bytes, {events} events, {:.2} µs, {:.2} of them JSON, {} allocations of {} bytes",
            work.source.rules().count(),
            body.len(),
            micros(|| {
                work.read();
            }),
            micros(|| {
                black_box(Message::parse(black_box(body)).is_ok());
            }),
            heap.count_total,
            heap.bytes_total
        );
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(source, |bencher| bencher.iter(|| work.read()));
        group.bench_function(format!("{source}, JSON alone"), |bencher| {
            bencher.iter(|| Message::parse(black_box(body)).is_ok());
        });
    }
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
