//! Lines and columns, in whatever unit the other side counts columns.

/// A place as protocols and people write it: both counts start at zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineColumn {
    /// Lines before this one. Lines end with `\n`, `\r\n` or a lone `\r`, as in the protocol and in YAML.
    pub line: u32,
    /// Units before this one on its line; what a unit is, an [`Encoding`] says.
    pub column: u32,
}

impl LineColumn {
    /// Line and column, both from zero.
    pub fn new(line: u32, column: u32) -> Self {
        Self { line, column }
    }
}

/// The unit in which columns are counted. The client says which it can; UTF-16 is the protocol's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Bytes: nothing to convert, so the one to prefer.
    Utf8,
    /// UTF-16 code units: an emoji counts two.
    #[default]
    Utf16,
    /// Unicode scalar values: what people would call characters, nearly.
    Utf32,
}

impl Encoding {
    /// The encoding that the protocol calls by `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "utf-32" => Some(Self::Utf32),
            _ => None,
        }
    }

    /// The protocol's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    /// The best of what a client offers: UTF-8 wherever it is offered, else the client's first choice that we
    /// know, else UTF-16, which everybody must speak.
    ///
    /// ```
    /// use chartroom_text::Encoding;
    /// assert_eq!(Encoding::negotiate(["utf-16", "utf-8"]), Encoding::Utf8);
    /// assert_eq!(Encoding::negotiate([]), Encoding::Utf16);
    /// ```
    pub fn negotiate<'a>(offered: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<_> = offered.into_iter().filter_map(Self::from_name).collect();
        if known.contains(&Self::Utf8) { Self::Utf8 } else { known.first().copied().unwrap_or_default() }
    }

    /// How many units `text` has.
    ///
    /// ```
    /// use chartroom_text::Encoding;
    /// assert_eq!(Encoding::Utf8.width("né🎉"), 7);
    /// assert_eq!(Encoding::Utf16.width("né🎉"), 4);
    /// assert_eq!(Encoding::Utf32.width("né🎉"), 3);
    /// ```
    pub fn width(self, text: &str) -> u32 {
        let units = match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf32 => text.chars().count(),
        };
        units as u32
    }

    /// How many bytes of `line` lie before column `column`: past the end is the end, inside a character is
    /// its start.
    pub fn bytes_before(self, line: &str, column: u32) -> usize {
        let column = column as usize;
        match self {
            Self::Utf8 => line.floor_char_boundary(column),
            Self::Utf16 | Self::Utf32 => {
                let mut seen = 0;
                for (byte, char) in line.char_indices() {
                    seen += if self == Self::Utf16 { char.len_utf16() } else { 1 };
                    if seen > column {
                        return byte;
                    }
                }
                line.len()
            }
        }
    }
}
