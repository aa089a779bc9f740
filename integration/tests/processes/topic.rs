//! A topic for people, at the end of the world's sockets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use integration::template::{ACCOUNT, REGION};

/// What was published to the one topic, and whether it takes anything.
#[derive(Debug, Clone, Default)]
pub(crate) struct Topic(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    mails: Vec<Mail>,
    refuses: bool,
    refused: usize,
}

/// A mail: its subject and its text.
pub(crate) type Mail = (String, String);

impl Topic {
    pub(crate) fn arn() -> String {
        format!("arn:aws:sns:{REGION}:{ACCOUNT}:mornings")
    }

    pub(crate) fn refuse(&self) {
        self.0.lock().expect("no panic").refuses = true;
    }

    /// What was published since the last call.
    pub(crate) fn take(&self) -> Vec<Mail> {
        std::mem::take(&mut self.0.lock().expect("no panic").mails)
    }

    /// How many mails were refused.
    pub(crate) fn refused(&self) -> usize {
        self.0.lock().expect("no panic").refused
    }

    /// Answers a request in the protocol of SNS, whose body is a form; tells the topic's ARN.
    pub(crate) fn publish(&self, body: &[u8]) -> (String, Response) {
        let mut form: BTreeMap<_, _> = form_urlencoded::parse(body).into_owned().collect();
        let mut field = |name: &str| form.remove(name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(field("Action"), "Publish");
        let (topic, subject, text) = (field("TopicArn"), field("Subject"), field("Message"));
        let mut inside = self.0.lock().expect("no panic");
        let answer = if inside.refuses {
            inside.refused += 1;
            let error = "<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code>\
                         <Message>not authorized</Message></Error></ErrorResponse>";
            (StatusCode::FORBIDDEN, Body::from(error))
        } else {
            inside.mails.push((subject, text));
            let taken = "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult>\
                         </PublishResponse>";
            (StatusCode::OK, Body::from(taken))
        };
        (topic, answer.into_response())
    }
}
