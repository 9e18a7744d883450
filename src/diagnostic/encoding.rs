//! Bytes to text. What is no UTF-8 is a finding at its first wrong byte, wherever the file came from.

use crate::source::{FileId, Span};

use super::Diagnostic;

/// The first byte of a file that begins no character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misread {
    at: usize,
    byte: u8,
    is_utf16: bool,
}

/// Returns the text of `bytes`, and the first byte that is none; the text then has U+FFFD in its place.
pub fn decode(bytes: Vec<u8>) -> (String, Option<Misread>) {
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let is_utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
            let misread = Misread { at, byte: bytes[at], is_utf16 };
            (String::from_utf8_lossy(bytes).into_owned(), Some(misread))
        }
    }
}

impl Misread {
    /// Returns the finding; `file` holds the text that [`decode`] returned.
    pub fn finding(self, file: FileId) -> Diagnostic {
        let span = Span::new(file, self.at, self.at + '\u{FFFD}'.len_utf8());
        let help = if self.is_utf16 {
            "the file looks like UTF-16: save it as UTF-8, `iconv -f UTF-16 -t UTF-8` does it"
        } else {
            "save the file as UTF-8; from Windows or Latin-1, `iconv -f WINDOWS-1252 -t UTF-8` does it"
        };
        let message = format!("the file is not UTF-8: byte {} is 0x{:02X}", self.at, self.byte);
        Diagnostic::error("syntax/encoding", span, message, "no character begins here like that").help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn the_first_wrong_byte_is_found() {
        assert_eq!(decode(b"caf\xC3\xA9".to_vec()), ("café".to_owned(), None));
        let (text, misread) = decode(b"caf\xE9 \xE9".to_vec());
        assert_eq!((text.as_str(), misread.map(|misread| misread.at)), ("caf\u{FFFD} \u{FFFD}", Some(3)));
        assert!(decode(b"\xFF\xFEp\0".to_vec()).1.is_some_and(|misread| misread.is_utf16));
    }
}
