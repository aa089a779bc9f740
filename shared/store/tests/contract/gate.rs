//! Races told by hand: a store whose next write waits until it is let through, so that something
//! else happens between its read and its write.

use std::sync::{Mutex, PoisonError, mpsc as blocking};

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use roomwatt_store::Store;
use tokio::sync::mpsc;

use crate::endpoint::Table;

/// Stands before the writes of a store. Needs a runtime of several threads.
pub(crate) struct Gate {
    arrivals: mpsc::UnboundedReceiver<()>,
    _shut: blocking::Sender<()>,
}

impl Gate {
    /// A store that can read, and writes once the gate is opened.
    pub(crate) fn before_writes_to(table: &Table) -> (Store, Self) {
        let (arrive, arrivals) = mpsc::unbounded_channel();
        let (shut, opened) = blocking::channel();
        let keeper = Keeper { arrive, opened: Mutex::new(opened) };
        (table.through(keeper), Self { arrivals, _shut: shut })
    }

    /// Waits until a write stands before the gate.
    pub(crate) async fn reached(&mut self) {
        self.arrivals.recv().await.expect("the store was given up without a write");
    }

    /// Lets this write through and all others after it.
    pub(crate) fn open(self) {
        drop(self);
    }
}

#[derive(Debug)]
struct Keeper {
    arrive: mpsc::UnboundedSender<()>,
    opened: Mutex<blocking::Receiver<()>>,
}

impl Intercept for Keeper {
    fn name(&self) -> &'static str {
        "gate"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target = context.request().headers().get("x-amz-target").unwrap_or_default();
        if !target.ends_with(".GetItem") && self.arrive.send(()).is_ok() {
            tokio::task::block_in_place(|| {
                let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
                // Nothing is ever sent: the gate opens by being dropped.
                assert!(opened.recv().is_err());
            });
        }
        Ok(())
    }
}
