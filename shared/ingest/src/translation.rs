//! Messages in their publishers' own shapes become events: each by its source, its hotel's clocks and
//! its hotel's register.
//!
//! What a message says depends on these and on nothing else of its batch, so that it comes to the same
//! however messages are batched, and whenever they come again.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use roomwatt_domain::{
    BusinessCalendar, Fact, HotelId, Measurement, MilliwattHours, Milliwatts, Reading, SourceName,
    Transition,
};
use roomwatt_messaging::batch::contained;
use roomwatt_messaging::chain;
use roomwatt_source::{Hotel, Message, Outcome, Register, Source, Subject};
use roomwatt_store::Store;
use tracing::error;

use crate::arrival::{Arrival, Kept, Origin};
use crate::clock::BatchClock;
use crate::directory::{Directory, Found as FoundHotel};
use crate::edge::{Event, Reason};
use crate::heard::ByReason;
use crate::refusals::Refusals;
use crate::registers::{RegisterFault, Registers};
use crate::sources::{Found as FoundSource, Sources};

/// Hotels whose messages are read at once: so many registers are held beside the ones that are kept.
const HOTELS_AT_ONCE: usize = 4;

/// Reads messages by sources.
#[derive(Debug)]
pub(crate) struct Translator {
    sources: Sources,
    registers: Registers,
}

/// A message that is to be read by a source.
#[derive(Debug)]
pub(crate) struct Foreign<'a> {
    /// Its place in the batch.
    pub(crate) message: usize,
    pub(crate) text: &'a str,
    /// The name of its source.
    pub(crate) source: Cow<'a, str>,
    /// The hotel that it is of, where that is said outside of what the source reads.
    pub(crate) hotel: Option<Cow<'a, str>>,
}

/// What messages came to.
#[derive(Debug, Default)]
pub(crate) struct Translated<'a> {
    pub(crate) arrivals: Vec<Arrival<'a>>,
    pub(crate) refused: Refusals<'a>,
    /// What is refused of hotels that are there.
    pub(crate) refused_of: BTreeMap<HotelId, ByReason>,
    /// Messages that their sources passed over: no rule made an event of one, nor refused one.
    pub(crate) ignored: usize,
    /// The messages that could not be read now.
    pub(crate) failed: BTreeSet<usize>,
}

/// The messages of one hotel, each with its source.
type OfHotel<'a> = Vec<(Foreign<'a>, Arc<Source>)>;

impl Translator {
    /// Reads by the sources and registers of a table.
    pub(crate) fn new(store: &Store) -> Self {
        Self { sources: Sources::new(store.clone()), registers: Registers::new(store.clone()) }
    }

    /// Reads messages. What goes wrong with a source, a hotel or a register holds up its own messages
    /// alone.
    pub(crate) async fn translate<'a>(
        &self,
        messages: Vec<Foreign<'a>>,
        hotels: &Directory,
        clock: BatchClock<'_>,
    ) -> Translated<'a> {
        let mut translated = Translated::default();
        if messages.is_empty() {
            return translated;
        }
        if clock.is_ending() {
            error!(messages = messages.len(), "no time left to read them; they come again");
            translated.failed.extend(messages.iter().map(|message| message.message));
            return translated;
        }
        let with_sources = self.with_sources(messages, clock, &mut translated).await;
        let by_hotel = by_hotel(with_sources, &mut translated);
        let with_calendars = with_calendars(by_hotel, hotels, clock, &mut translated).await;
        let mut read = stream::iter(with_calendars)
            .map(|(hotel, calendar, messages)| async move {
                let read = contained(self.read(&hotel, &calendar, &messages, clock)).await;
                (hotel, messages, read)
            })
            .buffer_unordered(HOTELS_AT_ONCE);
        while let Some((hotel, messages, read)) = read.next().await {
            let fault = match read {
                Ok(Ok(read)) => {
                    let reasons = read.refused.by_reason();
                    if !reasons.is_empty() {
                        translated.refused_of.insert(hotel, reasons);
                    }
                    translated.extend(read);
                    continue;
                }
                Ok(Err(fault)) => chain(&fault),
                Err(panicked) => chain(&panicked),
            };
            error!(%hotel, error = fault, "messages not read; they come again");
            translated.failed.extend(messages.iter().map(|(message, _)| message.message));
        }
        translated
    }

    async fn with_sources<'a>(
        &self,
        messages: Vec<Foreign<'a>>,
        clock: BatchClock<'_>,
        translated: &mut Translated<'a>,
    ) -> OfHotel<'a> {
        let names = messages.iter().map(|message| SourceName::new(&message.source));
        let names: Vec<_> = names.collect();
        let asked: BTreeSet<_> = names.iter().flatten().collect();
        let found = self.sources.find(asked, clock.now()).await;
        let mut with_sources = Vec::new();
        for (message, name) in messages.into_iter().zip(names) {
            let unknown = |why: String| Kept::of(&message).refused(Reason::UnknownSource, why);
            let refusal = match name.map(|name| found.get(&name)) {
                Ok(Some(Ok(FoundSource::Source(source)))) => {
                    with_sources.push((message, Arc::clone(source)));
                    continue;
                }
                Ok(Some(Ok(FoundSource::OutOfForm(why)))) => {
                    unknown(format!("the source is stored and cannot be read: {why}"))
                }
                Ok(Some(Err(fault))) => {
                    error!(error = chain(&**fault), "source not read; its messages come again");
                    translated.failed.insert(message.message);
                    continue;
                }
                Ok(Some(Ok(FoundSource::Nothing)) | None) => unknown(format!(
                    "no source is named {}: put it, or name another",
                    message.source
                )),
                Err(invalid) => unknown(invalid.to_string()),
            };
            translated.refused.add(message.message, 0, refusal);
        }
        with_sources
    }

    async fn read<'a>(
        &self,
        hotel: &HotelId,
        calendar: &BusinessCalendar,
        messages: &OfHotel<'a>,
        clock: BatchClock<'_>,
    ) -> Result<Translated<'a>, RegisterFault> {
        let register = self.registers.lately(hotel, clock.now()).await?;
        let read = read_all(hotel, calendar, &register, messages, clock);
        if !read.refused.have(Reason::Unregistered) {
            return Ok(read);
        }
        // The register may have been mended meanwhile.
        let newest = self.registers.newest(hotel, clock.now()).await?;
        if Arc::ptr_eq(&register, &newest) {
            return Ok(read);
        }
        Ok(read_all(hotel, calendar, &newest, messages, clock))
    }
}

/// Finds the hotel of each message: outside of what its source reads, or by it.
fn by_hotel<'a>(
    messages: OfHotel<'a>,
    translated: &mut Translated<'a>,
) -> BTreeMap<HotelId, OfHotel<'a>> {
    let mut by_hotel: BTreeMap<HotelId, OfHotel<'a>> = BTreeMap::new();
    for (message, source) in messages {
        match hotel_of(&message, &source) {
            Ok(hotel) => by_hotel.entry(hotel).or_default().push((message, source)),
            Err(why) => {
                let refusal = Kept::of(&message).refused(Reason::Malformed, why);
                translated.refused.add(message.message, 0, refusal);
            }
        }
    }
    by_hotel
}

fn hotel_of(message: &Foreign<'_>, source: &Source) -> Result<HotelId, Cow<'static, str>> {
    let hotel = if let Some(hotel) = &message.hotel {
        Some(hotel.clone())
    } else {
        let parsed = Message::parse(message.text).map_err(|refusal| refusal.detail)?;
        source.hotel_of(&parsed).map(Cow::Owned)
    };
    let hotel = hotel.ok_or(
        "names no hotel: neither the attribute hotel nor the member _hotel is there, and the source \
         finds none",
    )?;
    HotelId::new(&hotel).map_err(|invalid| invalid.to_string().replace("hotelId", "hotel").into())
}

/// Finds the clocks of each hotel.
async fn with_calendars<'a>(
    by_hotel: BTreeMap<HotelId, OfHotel<'a>>,
    hotels: &Directory,
    clock: BatchClock<'_>,
    translated: &mut Translated<'a>,
) -> Vec<(HotelId, Arc<BusinessCalendar>, OfHotel<'a>)> {
    let mut found = hotels.find(by_hotel.keys(), clock.now()).await;
    let mut with_calendars = Vec::new();
    for (hotel, messages) in by_hotel {
        match found.remove(&hotel) {
            Some(Ok(FoundHotel::Opened(calendar) | FoundHotel::New(calendar))) => {
                with_calendars.push((hotel, calendar, messages));
            }
            Some(Ok(FoundHotel::Nothing)) => {
                for (message, _) in messages {
                    let why = format!("the message is for {hotel}, and no hotel has this id");
                    let refusal = Kept::of(&message).refused(Reason::UnknownHotel, why);
                    translated.refused.add(message.message, 0, refusal);
                }
            }
            Some(Err(fault)) => {
                error!(%hotel, error = chain(&*fault), "hotel not read; its messages come again");
                translated.failed.extend(messages.iter().map(|(message, _)| message.message));
            }
            None => translated.failed.extend(messages.iter().map(|(message, _)| message.message)),
        }
    }
    with_calendars
}

fn read_all<'a>(
    hotel: &HotelId,
    calendar: &BusinessCalendar,
    register: &Register,
    messages: &OfHotel<'a>,
    clock: BatchClock<'_>,
) -> Translated<'a> {
    let hotel = Hotel { id: hotel, calendar, register: Some(register) };
    let mut translated = Translated::default();
    for (message, source) in messages {
        if clock.is_ending() {
            translated.failed.insert(message.message);
            continue;
        }
        match Message::parse(message.text) {
            Ok(parsed) => translated.take(message, &parsed, source, &hotel),
            Err(refusal) => {
                let refusal = Kept::of(message).refused(Reason::Malformed, refusal.detail);
                translated.refused.add(message.message, 0, refusal);
            }
        }
    }
    if !translated.failed.is_empty() {
        let messages = translated.failed.len();
        error!(messages, "no time left to read them; they come again");
    }
    translated
}

impl<'a> Translated<'a> {
    fn take(
        &mut self,
        message: &Foreign<'a>,
        parsed: &Message<'_>,
        source: &Source,
        hotel: &Hotel<'_>,
    ) {
        let mut place = 0;
        source.read(parsed, hotel, &mut |turn| {
            let kept = || Kept { text: message.text, rule: turn.rule.cloned() };
            let refusal = match turn.outcome {
                Outcome::Ignored(_) => return,
                Outcome::Refused(refusal) => kept().refused(refusal.reason.into(), refusal.detail),
                Outcome::Event(event) => match told(&event) {
                    Ok(event) => {
                        let origin = Origin { message: message.message, place };
                        self.arrivals.push(Arrival { origin, event, kept: kept() });
                        place += 1;
                        return;
                    }
                    Err(why) => kept().refused(Reason::Malformed, why),
                },
            };
            self.refused.add(message.message, place, refusal);
            place += 1;
        });
        // Most rules of a source are not for a message; it is passed over if none is.
        self.ignored += usize::from(place == 0);
    }

    fn extend(&mut self, other: Self) {
        self.arrivals.extend(other.arrivals);
        self.refused.extend(other.refused);
        self.ignored += other.ignored;
        self.failed.extend(other.failed);
    }
}

/// An event of a source as ingest has events.
fn told(event: &roomwatt_source::Event<'_>) -> Result<Event, String> {
    use roomwatt_source::Fact as Told;

    let (at, room) = match event.subject {
        Subject::Device { room, .. } | Subject::Room(room) => (event.at, room.clone()),
        Subject::Unregistered => return Err("was not looked up in a register".to_owned()),
    };
    let measurement = match event.fact {
        Told::State(state) => {
            let signal = event.signal().ok_or("is of nothing")?;
            let fact = Fact::State(signal, Transition { at, state: state.clone() });
            return Ok(Event { hotel: event.hotel.clone(), room, fact });
        }
        Told::PowerW(watts) => Milliwatts::from_watts(&watts.to_string()).map(Measurement::Power),
        Told::CounterWh(watt_hours) => {
            MilliwattHours::from_watt_hours(&watt_hours.to_string()).map(Measurement::Counter)
        }
    };
    let measurement = measurement.map_err(|invalid| format!("a reading {invalid}"))?;
    let Subject::Device { device, .. } = event.subject else {
        return Err("a room has no readings".to_owned());
    };
    let fact = Fact::Reading(device.clone(), Reading { at, measurement });
    Ok(Event { hotel: event.hotel.clone(), room, fact })
}

impl<'a> Kept<'a> {
    /// A message as a whole, by no rule.
    fn of(message: &Foreign<'a>) -> Self {
        Self { text: message.text, rule: None }
    }
}

impl From<roomwatt_source::Reason> for Reason {
    fn from(reason: roomwatt_source::Reason) -> Self {
        match reason {
            roomwatt_source::Reason::Malformed => Reason::Malformed,
            roomwatt_source::Reason::NoClock => Reason::NoClock,
            roomwatt_source::Reason::Unregistered => Reason::Unregistered,
        }
    }
}
