//! The shapes of questions and answers, for the description of the API alone: answers are written by
//! the views of the `presentation` crate, and `make api` holds them against these.
//!
//! A module here describes the calls that the module of the same name beside this folder answers.

mod answered;
mod asked;
mod compare;
mod door;
mod findings;
mod history;
mod hotel_listing;
mod hotels;
mod live;
mod pages;
mod report;
mod room_listing;
mod service;
mod sources;
mod values;

pub use answered::{FieldProblem, ProblemDocument};
pub use asked::{
    Baseline, DateQuery, Format, FormatQuery, HotelPath, LanguageQuery, PageBaselineQuery,
    PageQuery, RangeQuery, RoomPath, Sort, SortQuery,
};
pub use compare::{
    BaselineQuery, Change, CompareQuery, CompareResponses, ComparedGroup, Comparison, Grouping,
    Period,
};
pub use door::{
    DeleteLinkResponses, FollowLinkResponses, Link, LinkInput, LinkPath, PostLinkResponses,
    SignInQuery, SignInResponses, SignOutResponses, SignedInQuery, SignedInResponses, TokenPath,
};
pub use findings::{
    FaultKind, Finding, FindingKind, Findings, FindingsQuery, FindingsResponses, SignalFault,
    WastedNights,
};
pub use history::{History, HistoryResponses, Interval, Signal, Transition};
pub use hotel_listing::{
    FileTarget, Group, GroupPage, HotelReports, HotelReportsResponses, ListQuery, Listing,
    ReportCsvResponses, ReportPage, SpreadsheetQuery,
};
pub use hotels::{
    DecimalInput, HotelList, HotelResponses, HotelsResponses, ListedHotel, Profile, ProfileInput,
    PutHotelResponses, Ratings, RatingsInput,
};
pub use live::{Live, LiveQuery, LiveResponses, LiveRoom};
pub use pages::{HotelsPageQuery, HotelsPageResponses, PageResponses};
pub use report::{
    Device, DeviceState, Held, Occupancy, OccupancyRow, Quality, Report, RevisedFigures, Revision,
    SensorState, States, Totals, Usage,
};
pub use room_listing::{RoomReports, RoomReportsResponses};
pub use service::{Health, HealthResponses, OpenApiDocument, OpenApiResponses};
pub use sources::{
    DeleteSourceResponses, ListedSource, PutRegister, PutRegisterResponses, PutSourceResponses,
    Register, RegisterResponses, RegisteredDevice, SourceDocument, SourceList, SourcePath,
    SourceResponses, SourceSchema, SourceSchemaResponses, SourcesResponses,
};
pub use values::{Date, Instant, RoomList};
