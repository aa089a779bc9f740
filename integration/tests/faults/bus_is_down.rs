//! The bus takes nothing for days. Days close all the same, and are told when it is back.

use roomwatt_domain::HotelId;

use crate::scenarios::{at, closed_hotel, date};
use crate::services::QUEUES;
use crate::stage::Disturbance;

#[tokio::test(start_paused = true)]
async fn days_close_while_nothing_can_be_told_and_are_told_when_the_bus_is_back() {
    let mut stage = closed_hotel(Disturbance::None).await;
    stage.begin();
    stage.take_down(|call| call.operation == "PutEvents");
    let hotel = HotelId::new("h1").unwrap();
    for day in 5..=8 {
        stage.pass_until(at(&format!("{:02} 01:00", day + 1)), true).await;
        let found = stage.services.store.close_state(&hotel, stage.services.now()).await;
        let date = date(day);
        assert_eq!(found.unwrap().unwrap().closed_through, date, "on the day after");
    }
    stage.bring_up();
    // An operator sends again what was given up, if anything was.
    for queue in QUEUES {
        stage.services.queues.redrive(queue);
    }
    stage.pass_until(at("10 01:00"), true).await;
    // Among the faults would be that a day was closed and not told.
    assert_eq!(stage.end().await.faults, [] as [String; 0]);
}
