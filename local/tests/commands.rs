//! Every command of the documents is one that the program takes.

#[cfg(test)]
mod documented;

#[cfg(test)]
mod commands {
    use std::process::Command;

    use crate::documented::{commands, documents};

    #[test]
    fn the_program_takes_every_command_of_the_documents() {
        let starts = ["roomwatt ", "cargo run --release -- ", "cargo run -- "];
        let mut count = 0;
        for document in documents() {
            for arguments in commands(&document, &starts) {
                // Arguments are read from left to right, so all of them are before help is shown.
                let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
                let output = command.args(&arguments).arg("--help").output().unwrap();
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{}: {arguments:?}: {said}", document.display());
                count += 1;
            }
        }
        assert!(count > 8, "{count} commands were found");
    }
}
