//! Every command of the documents is one that the program takes.

#[cfg(test)]
#[path = "../../tests/documented/mod.rs"]
mod documented;

#[cfg(test)]
mod commands {
    use std::process::Command;

    use crate::documented::{commands, documents};

    #[test]
    fn the_program_takes_every_command_of_the_documents() {
        let mut count = 0;
        for document in documents() {
            for arguments in commands(&document, &["roomwatt-ops "]) {
                // Arguments are read from left to right, so all of them are before help is shown.
                let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt-ops"));
                let output = command.args(&arguments).arg("--help").output().unwrap();
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{}: {arguments:?}: {said}", document.display());
                count += 1;
            }
        }
        assert!(count > 5, "{count} commands were found");
    }
}
