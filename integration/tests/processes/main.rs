//! The functions as processes of their own.

#[cfg(test)]
mod answered;
#[cfg(test)]
mod artefacts;
#[cfg(test)]
mod cold_start;
#[cfg(test)]
mod day;
#[cfg(test)]
mod deployment_check;
#[cfg(test)]
mod digests;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod independent;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod made_up;
#[cfg(test)]
mod publishers;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod running;
#[cfg(test)]
mod scale;
#[cfg(test)]
mod telemetry;
#[cfg(test)]
mod topic;
#[cfg(test)]
mod world;

#[cfg(test)]
#[path = "../provider/mod.rs"]
#[expect(dead_code, reason = "shared with another suite, which has it misbehave")]
mod provider;
