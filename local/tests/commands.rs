//! Every command of the documents is one that the program takes.

#[cfg(test)]
mod documented;

#[cfg(test)]
mod commands {
    use crate::documented::assert_taken;

    #[test]
    fn the_program_takes_every_command_of_the_documents() {
        let starts = ["roomwatt ", "cargo run --release -- ", "cargo run -- "];
        assert_taken(env!("CARGO_BIN_EXE_roomwatt"), &starts, 9);
    }
}
