//! `cargo bench -p benchmark`: the work between two calls of the table, by criterion.

use benchmark::engine_room::works;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn engine_room(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine room");
    #[expect(clippy::expect_used, reason = "without its work there is nothing to measure")]
    for mut work in works().expect("the made-up hotel") {
        group.throughput(Throughput::Elements(work.units as u64));
        group.bench_function(&work.name, |bencher| bencher.iter(|| (work.run)()));
    }
    group.finish();
}

criterion_group!(benches, engine_room);
criterion_main!(benches);
