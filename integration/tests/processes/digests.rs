//! A closed day, told to the people who subscribe.

use roomwatt_domain::instant::HOUR;
use roomwatt_embedded::deployment::DEVICE_EVENTS;
use serde_json::{Value, json};

use crate::day::Day;
use crate::running::{date, lamp, midnight, profile};
use crate::topic::{Mail, Topic};
use crate::world::World;

/// Closes the days since `days` ago of two hotels, `h1` and `h2`: what the bus was told of `h1`.
async fn closed(day: &mut Day, days: usize) -> Vec<Value> {
    for hotel in ["h1", "h2"] {
        let mut profile = profile("0.1");
        profile["hotelId"] = hotel.into();
        assert_eq!(day.running.put(&profile).await["statusCode"], 201);
        let mut event = lamp(101, "ON", midnight(days) + HOUR);
        event["hotelId"] = hotel.into();
        day.send(DEVICE_EVENTS, &event);
    }
    day.work().await;
    day.running.tick().await;
    day.work().await;
    let told = day.world.take_told().into_iter();
    let details = told.map(|event| serde_json::from_str::<Value>(&event.detail).expect("JSON"));
    details.filter(|detail| detail["hotelId"] == "h1").collect()
}

/// A world with a topic of which `h1` is told.
async fn with_topic() -> World {
    let mut world = World::new().await;
    let variables = [("DIGEST_TOPIC_ARN", Topic::arn()), ("DIGEST_HOTELS", "h1".to_owned())];
    world.variables.extend(variables.map(|(name, value)| (name.to_owned(), value)));
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_news_of_the_hotels_that_are_named_go_to_people() {
    let mut day = Day::on(with_topic().await).await;
    let told = closed(&mut day, 5).await;
    assert_eq!(told.len(), 5, "{told:?}");
    // The others ended more than 48 hours ago.
    let news = told[3..].iter().map(|detail| {
        let date = detail["date"].as_str().expect("a date");
        (format!("Roomwatt: h1, {date}"), detail["text"].as_str().expect("a text").to_owned())
    });
    let news: Vec<Mail> = news.collect();
    assert_eq!(day.world.topic.take(), news);
    assert!(news[1].0.ends_with(&date(1).to_string()), "{news:?}");
    assert!(news[1].1.lines().count() > 1, "{news:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_refuses_holds_nothing_up() {
    let mut day = Day::on(with_topic().await).await;
    day.world.topic.refuse();
    let told = closed(&mut day, 2).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!((day.world.topic.take(), day.world.topic.refused()), (vec![], 2));
    let hotel = day.running.get("/hotels/h1", "").await;
    let hotel: Value = serde_json::from_str(hotel["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!(hotel["closedThrough"], json!(date(1).to_string()));
    // What was told stays told.
    day.running.tick().await;
    day.work().await;
    assert_eq!((day.world.take_told(), day.world.topic.refused()), (vec![], 2));
}
