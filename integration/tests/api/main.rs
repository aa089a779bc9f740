//! The report API over its router: what it answers, to whom, and what that reads.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod budgets;
#[cfg(test)]
mod caching;
#[cfg(test)]
mod callers;
#[cfg(test)]
mod csv;
#[cfg(test)]
mod door;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod findings;
#[cfg(test)]
mod groupings;
#[cfg(test)]
mod harbour;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod hours;
#[cfg(test)]
mod latency;
#[cfg(test)]
mod live;
#[cfg(test)]
mod long_ranges;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod paging;
#[cfg(test)]
mod profiles;
#[cfg(test)]
mod sources;

#[cfg(test)]
#[path = "../provider/mod.rs"]
mod provider;

#[cfg(test)]
#[path = "../lakeside/mod.rs"]
#[expect(dead_code, reason = "shared with other suites, which need more of it")]
mod lakeside;
