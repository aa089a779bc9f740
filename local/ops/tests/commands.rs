//! Every command of the documents is one that the program takes.

#[cfg(test)]
#[path = "../../tests/documented/mod.rs"]
mod documented;

#[cfg(test)]
mod commands {
    use crate::documented::assert_taken;

    #[test]
    fn the_program_takes_every_command_of_the_documents() {
        assert_taken(env!("CARGO_BIN_EXE_roomwatt-ops"), &["roomwatt-ops "], 6);
    }
}
