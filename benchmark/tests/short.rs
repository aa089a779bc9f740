//! The whole benchmark in its short form. Units are exact, so they are asserted; times are not.

#[cfg(test)]
mod short {
    use benchmark::designs::Design;
    use benchmark::document::{Compared, Document, Extent, Findings, per_million};
    use roomwatt_cost::prices::PriceFile;

    fn found(findings: &Findings, design: Design, dense: bool, workers: usize) -> &Compared {
        let is = |compared: &&Compared| {
            (compared.design, compared.dense, compared.workers) == (design, dense, workers)
        };
        findings.designs.iter().find(is).expect("a run")
    }

    #[test]
    fn the_benchmark_runs_and_its_units_are_what_they_are_said_to_be() {
        let findings = Findings::measure(&Extent::SHORT, |_| {}).expect("findings");
        let prices = PriceFile::load().expect("prices").of("us-east-1").expect("a region");

        let dollars =
            |design, dense| per_million(&found(&findings, design, dense, 8).measured, &prices);
        for dense in [false, true] {
            let roomwatt = dollars(Design::Roomwatt, dense);
            assert!(dollars(Design::SpinLock, dense) >= 5.0 * roomwatt);
            assert!(dollars(Design::Versions, dense) >= 1.5 * roomwatt);
        }
        for compared in &findings.designs {
            if compared.design == Design::Roomwatt {
                assert_eq!(compared.measured.consumed.refused_conditions, 0, "{compared:?}");
            }
        }
        for (rooms, workers, measured) in &findings.ingest {
            assert_eq!(measured.consumed.refused_conditions, 0, "{rooms} rooms, {workers} workers");
            let events = u32::try_from(measured.events).expect("few events");
            assert!(measured.consumed.write_units <= 1.1 * f64::from(events), "{measured:?}");
        }
        for row in &findings.transitions {
            let most = if row.size <= 100 { 1.0 } else { 1.5 };
            assert!(row.write_units <= most, "{row:?}");
        }
        for row in &findings.close {
            assert!(row.write_units <= 5.0 && row.read_units <= 2.0, "{row:?}");
        }
        for row in &findings.fan_out {
            assert!(row.read_units <= 1.0 && row.write_units == 0.0, "{row:?}");
        }
        for row in &findings.report_call {
            assert!(row.read_units <= 2.0, "{row:?}");
        }

        for line in ["1000 readings: member", "1000 readings, with a price for each hour: member"] {
            let timed = findings.engine_room.iter().find(|timed| timed.name.ends_with(line));
            assert!(timed.expect(line).rate > 0.0, "{line}");
        }

        let (region, origin) = ("us-east-1", "Here.".to_owned());
        let document = Document { findings: &findings, region, prices: &prices, origin };
        let document = document.to_string();
        for heading in ["# Performance", "## Designs side by side", "## Growth", "## Engine room"] {
            assert!(document.contains(heading), "{heading} is missing");
        }
        assert!(!document.contains("NaN") && !document.contains("inf"), "{document}");
    }
}
