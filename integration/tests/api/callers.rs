//! Which caller may see what.

use std::collections::HashMap;

use roomwatt_api::Caller;

use crate::harbour::{HOTEL, RANGE, get, harbour, later, put, router};

pub(crate) fn bearer(hotels: &str, scope: &str) -> Caller {
    let claims = [("hotels", hotels), ("scope", scope), ("sub", "someone")];
    let claims = claims.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Caller::bearer(&HashMap::from(claims))
}

/// One call of each kind.
fn calls() -> Vec<String> {
    let compare = "baselineFrom=2026-10-12&baselineTo=2026-10-21&groupBy=hotel";
    vec![
        HOTEL.to_owned(),
        format!("{HOTEL}/reports?{RANGE}"),
        format!("{HOTEL}/reports?{RANGE}&groupBy=room"),
        format!("{HOTEL}/rooms/101/reports?{RANGE}"),
        format!("{HOTEL}/compare?{RANGE}&{compare}"),
        format!("{HOTEL}/rooms/101/history?date=2026-10-13"),
        format!("{HOTEL}/live"),
    ]
}

#[tokio::test]
async fn nobody_in_particular_gets_nothing() {
    let api = router(harbour().await.store(), later(), None);
    let more = ["/hotels", "/health", "/openapi.json", "/nowhere"].map(str::to_owned);
    for path in calls().into_iter().chain(more) {
        let answer = get(&api, &path).await;
        answer.problem(401);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    put(&api, HOTEL, "{}").await.problem(401);
}

#[tokio::test]
async fn a_hotel_that_is_not_named_does_not_exist() {
    let store = harbour().await.store();
    let stranger =
        router(store.clone(), later(), Some(bearer("[elsewhere harbour]", "reports:read")));
    let owner = router(store.clone(), later(), Some(Caller::Owner));
    for path in calls() {
        let hidden = get(&stranger, &path).await;
        hidden.problem(404);
        let missing = get(&owner, &path.replace("harbour-house", "nowhere")).await;
        assert_eq!(hidden.text(), missing.text(), "word for word the same");
        let names: Vec<_> = hidden.headers.keys().collect();
        assert_eq!(names, missing.headers.keys().collect::<Vec<_>>());
    }
    assert_eq!(get(&stranger, "/hotels").await.found(), serde_json::json!({"hotels": []}));
    // The table was not even asked.
    let apart = store.metered_apart();
    let stranger =
        router(apart.clone(), later(), Some(bearer("elsewhere", "reports:read hotels:write")));
    get(&stranger, HOTEL).await.problem(404);
    put(&stranger, HOTEL, "{}").await.problem(404);
    assert_eq!(apart.meter().consumed().requests, 0);
}

#[tokio::test]
async fn whoever_is_named_sees_the_same_as_the_owner() {
    let store = harbour().await.store();
    let owner = router(store.clone(), later(), Some(Caller::Owner));
    for hotels in ["harbour-house", "[harbour-house elsewhere]", "*"] {
        let caller = router(store.clone(), later(), Some(bearer(hotels, "reports:read")));
        for path in calls().into_iter().chain(["/hotels".to_owned()]) {
            let answer = get(&caller, &path).await;
            assert_eq!(answer.found(), get(&owner, &path).await.found());
        }
    }
}

#[tokio::test]
async fn a_token_without_the_scope_may_do_nothing_of_the_kind() {
    let store = harbour().await.store();
    for scope in ["", "hotels:write", "reports:write"] {
        let caller = router(store.clone(), later(), Some(bearer("*", scope)));
        for path in calls().into_iter().chain(["/hotels".to_owned()]) {
            let problem = get(&caller, &path).await.problem(403);
            assert!(problem["detail"].as_str().unwrap().contains("reports:read"));
        }
    }
    let reader = router(store, later(), Some(bearer("*", "reports:read")));
    let problem = put(&reader, HOTEL, "{}").await.problem(403);
    assert!(problem["detail"].as_str().unwrap().contains("hotels:write"));
}
