//! Messages in publishers' shapes, through the functions' real binaries and the queues: they come to the
//! reports that the fold of their facts gives, whatever comes twice, late, or is refused at first.

use roomwatt_embedded::deployment::{DEVICE_EVENTS, REJECTED_EVENTS, SPACE_EVENTS};

use crate::answered::compare;
use crate::day::Day;
use crate::functions::machine_time;
use crate::made_up::{ROOMS, Said, by_room, events, hotels, profiles};
use crate::world::World;

const EVENTS: usize = 400;
const LATE_EVENTS: usize = 60;

impl Day {
    fn say(&self, said: &[Said]) {
        for Said { queue, body, attributes, .. } in said {
            self.world.queues.send(queue, body.clone(), attributes.clone());
        }
    }

    /// Sends what was refused again, as an operator does: to its queue, with its attributes. How many
    /// messages there were, and their reasons.
    fn resend(&self) -> (usize, Vec<String>) {
        let refused = self.world.queues.receive(REJECTED_EVENTS, usize::MAX, |_| true);
        let count = refused.len();
        let mut reasons = Vec::new();
        for message in refused {
            reasons.push(message.attributes["reason"].clone());
            let queue = match &*message.attributes["queue"] {
                "device-events" => DEVICE_EVENTS,
                _ => SPACE_EVENTS,
            };
            self.world.queues.send(queue, message.body, message.attributes);
        }
        reasons.sort();
        reasons.dedup();
        (count, reasons)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishers_messages_come_to_the_reports_of_their_facts() {
    let mut day = Day::on(World::new().await).await;
    let (now, seed) = (machine_time(), machine_time().as_millis().unsigned_abs());
    println!("seed {seed}");
    for profile in profiles() {
        let answer = day.running.put(&profile).await;
        assert_eq!(answer["statusCode"], 201, "{answer}");
    }
    // A room is not in the registers yet.
    day.running.put_sources(ROOMS - 1).await;
    let mut random = fastrand::Rng::with_seed(seed);
    let mut said = events(&mut random, EVENTS, now);
    day.say(&said);
    day.work().await;
    day.running.tick().await;
    day.work().await;
    // The registers are mended; what was refused comes late, and is taken.
    day.running.put_sources(ROOMS).await;
    let (refused, reasons) = day.resend();
    assert!(refused > 0);
    assert_eq!(reasons, ["unregistered"]);
    // Everything is delivered again, in another order, with events that are new.
    let late = events(&mut random, LATE_EVENTS, now);
    said.extend(late);
    random.shuffle(&mut said);
    day.say(&said);
    day.work().await;
    assert_eq!(day.resend().0, 0, "nothing is refused any more");
    let (mut reports, mut revisions) = (0, 0);
    for hotel in hotels() {
        for (room, facts) in by_room(&hotel, &said) {
            let compared = compare(&mut day.running, &hotel, &room, &facts, now).await;
            (reports, revisions) = (reports + compared.0, revisions + compared.1);
        }
    }
    println!(
        "{reports} reports as the oracle has them, {revisions} revisions, {refused} sent again"
    );
    assert!(reports > 0 && revisions > 0);
}
